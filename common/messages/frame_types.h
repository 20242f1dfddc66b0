/* SPDX-License-Identifier: MIT */
/* frame_types: the numbers of docs/PROTOCOL.md. */
#ifndef HOLDFAST_FRAME_TYPES_H
#define HOLDFAST_FRAME_TYPES_H

#include "uniqueid.h"

#define FRAME_VERSION 1u            /* lowest and highest that this program speaks */
#define FRAME_MAX 65536u            /* the highest length in a head */
#define FRAME_HEAD 5                /* length and type */
#define FRAME_PREAMBLE 24           /* magic and nonce */
#define FRAME_NONCE 16
#define FRAME_KEY 16                /* stream, session key, boot */
#define FRAME_GARBAGE_MAX 65536u    /* before the server's preamble */
#define FRAME_INPUT_WINDOW 65536u   /* unacknowledged input at most, … */
#define FRAME_INPUT_WINDOW_MAX 4194304u /* … and with FRAME_WIDE_INPUT */
#define FRAME_STREAMS 16            /* remembered by a session */
#define FRAME_COMMAND_MAX 16384
#define FRAME_ENV_COUNT 64
#define FRAME_ENV_BYTES 8192
#define FRAME_LIST_MAX 200
#define FRAME_FEATURES_CAP 1100     /* a name-list with its NUL */
#define FRAME_DATA_HEAD 14          /* OUTPUT: head, channel, offset */

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_LIST = 2,
	FRAME_ATTACH = 3,
	FRAME_INPUT = 4,
	FRAME_INPUT_END = 5,
	FRAME_ACK = 6,
	FRAME_SIZE = 7,
	FRAME_SIGNAL = 8,
	FRAME_REDRAW = 9,
	FRAME_NAME = 10,
	FRAME_DETACH = 11,
	FRAME_EXIT_ACK = 12,
	FRAME_PING = 13,
	FRAME_PONG = 14,
	FRAME_OUTPUT_CLOSED = 15, /* only to a peer that has named the feature */

	FRAME_SERVER_HELLO = 65,
	FRAME_LIST_IS = 66,
	FRAME_ATTACHED = 67,
	FRAME_OUTPUT = 68,
	FRAME_INPUT_ACK = 69,
	FRAME_GAP = 70,
	FRAME_RENDERING = 71,
	FRAME_SIZE_IS = 72,
	FRAME_EXIT = 73,
	FRAME_DETACHED = 74,
	FRAME_ERROR = 75,
	FRAME_SERVER_PING = 76,
	FRAME_SERVER_PONG = 77,
	FRAME_NOTICE = 78,

	FRAME_EXTENSION = 128, /* from here on: a receiver skips the types that it does not know */
	FRAME_ATTACH_AHEAD = 128,
	/* frame_tty.h; only where ATTACHED has named the feature. */
	FRAME_WATCH = 129,
	FRAME_TTY = 130,
	FRAME_TAKEN = 131,
	FRAME_INPUT_AHEAD = 132, /* frame_ahead.h */
	/* frame_script.h; before ATTACH, and only where HELLO has named the feature. */
	FRAME_SCRIPT = 133,
	FRAME_SCRIPT_INPUT = 134,
	FRAME_SCRIPT_OUTPUT = 135,
	FRAME_SCRIPT_END = 136,
	FRAME_SCRIPT_TAKEN = 137,
	/* frame_hop.h; before ATTACH, and only where HELLO has named the feature. */
	FRAME_HOP = 138,
	FRAME_HOP_CHALLENGE = 139,
	FRAME_HOP_VOUCHER = 140,
	FRAME_HOP_ANSWER = 141,
	/* frame_redirect.h; before ATTACH, and where HELLO has named the feature. */
	FRAME_REDIRECT = 142,
	/* frame_line.h; to and from a client that has named the feature. */
	FRAME_LINE_ASK = 143,
	FRAME_LINE_IS = 144,
};

/* Features, as HELLO and ATTACHED name them, and the list of those that this version's server has. */
#define FRAME_OUTPUT_CLOSED_FEATURE "output-closed"
#define FRAME_AHEAD_FEATURE "attach-ahead"
#define FRAME_INPUT_AHEAD_FEATURE "input-ahead"
#define FRAME_PREDICT_FEATURE "predict"
#define FRAME_WATCH_MODES_FEATURE "watch-modes"
#define FRAME_SCRIPT_FEATURE "script" /* of HELLO alone: it is over before ATTACH */
#define FRAME_HOP_FEATURE "hop"       /* the same */
#define FRAME_REDIRECT_FEATURE "redirect" /* either side's, of HELLO alone */
#define FRAME_HOP_UNIQUE UNIQUEID_CAP
#define FRAME_SERVER_FEATURES FRAME_OUTPUT_CLOSED_FEATURE "," FRAME_AHEAD_FEATURE "," FRAME_INPUT_AHEAD_FEATURE \
	"," FRAME_PREDICT_FEATURE "," FRAME_WATCH_MODES_FEATURE
/* A client's first bytes in base64, before sshd takes any of the channel; with the feature input-ahead. */
#define FRAME_ATTACH_VARIABLE "LC_HOLDFAST_ATTACH"
#define FRAME_ATTACH_VARIABLE_MAX 4096 /* bytes that it stands for, at most */
#define FRAME_WIDE_INPUT "input-window" /* the window of input may be wider than FRAME_INPUT_WINDOW */
#define FRAME_LINE_FEATURE "line" /* a client's that carries a login of another node of a pool: it answers LINE_ASK */
#define FRAME_X11_FEATURE "x11" /* the same client's, of HELLO alone: it has asked sshd for X11 */
#define FRAME_CLIENT_FEATURES FRAME_WIDE_INPUT "," FRAME_REDIRECT_FEATURE

enum frame_mode { FRAME_AUTO = 1, FRAME_NEW = 2, FRAME_TAKE = 3, FRAME_JOIN = 4, FRAME_STREAM = 5 };
enum frame_attach_flag {
	FRAME_READONLY = 1,
	FRAME_PIPES = 2,
	FRAME_QUIET = 4,
	FRAME_MUST_EXIST = 8,
	FRAME_RELAY = 16,      /* the session is on another node, and this one is to pass the bytes on (REDIRECT) */
	FRAME_IF_DROPPED = 32, /* mode 3: only if nobody is attached; to a server that has named FRAME_HOP_FEATURE */
};
enum frame_kind { FRAME_TERMINAL = 1, FRAME_COMMAND = 2 };
enum frame_redraw { FRAME_REDRAW_SCREEN = 1, FRAME_REDRAW_ALL = 2 };
enum frame_rendering { FRAME_LAST = 1, FRAME_SCREEN_ONLY = 2, FRAME_LOSSY = 4 };

enum frame_error_code {
	FRAME_E_PROTOCOL = 1,
	FRAME_E_UNSUPPORTED = 2,
	FRAME_E_NO_SESSION = 3,
	FRAME_E_REFUSED = 4,
	FRAME_E_BUSY = 5,
	FRAME_E_TROUBLE = 6,
	FRAME_E_DISABLED = 7,
};

enum frame_detached_reason {
	FRAME_D_ASKED = 1,
	FRAME_D_TAKEN = 2,
	FRAME_D_SWITCH = 3,
	FRAME_D_STALLED = 4,
	FRAME_D_IDLE = 9,
};

#endif
