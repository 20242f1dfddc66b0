/* SPDX-License-Identifier: MIT */
/*
 * vouch: what is said on /run/holdfast/holdfastd.sock (SOCK_SEQPACKET) between a login's process and its helper.
 *
 *   login                               holdfastd, then helper
 *   (connects)                 ◀───     QUEUED: somebody is there, and a helper will be
 *   VOUCH  (fixed length)      ───▶     checks ticket and peer
 *                              ◀───     FACTS, or REFUSED and the end
 *   START  (fixed length)      ───▶     becomes the leader of a new session
 *                              ◀───     PROGRESS at once; READY, or REFUSED and the end
 *   (confirms to the keeper)   ◀───     STARTED, when the keeper said so; the end
 *
 * The login ends the matter at any time by closing: before STARTED that gives the new session up.  A request is
 * always VOUCH_REQUEST_BYTES long; the helper reads nothing else from the user.
 */
#ifndef HOLDFAST_VOUCH_H
#define HOLDFAST_VOUCH_H

#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "bounds.h"
#include "ticket.h"

#define VOUCH_REQUEST_BYTES 64
#define VOUCH_VERSION 1

enum vouch_op { VOUCH_OP_VOUCH = 1, VOUCH_OP_START = 2 };

/*
 * Who asks.  Of a HOOK, a login shell's start-up files, the helper wants to see that sshd itself has executed this
 * shell; the same in both requests.
 */
enum vouch_from { VOUCH_FROM_COMMAND = 0, VOUCH_FROM_HOOK = 1 };

/* What a new session has.  What runs in it is the user's own matter and told to his keeper, never here. */
enum vouch_kind { VOUCH_KIND_TERMINAL = 0, VOUCH_KIND_PIPES = 1 };

struct vouch_request {
	uint32_t op;      /* enum vouch_op */
	struct ticket ticket;
	uint16_t rows, cols, xpixel, ypixel; /* of the login's terminal, as in struct winsize */
	uint8_t kind;     /* START: enum vouch_kind; else 0 */
	uint8_t from;     /* enum vouch_from */
};

enum vouch_reply_type {
	VOUCH_FACTS = 1,
	VOUCH_REFUSED = 2,
	VOUCH_PROGRESS = 3,
	VOUCH_READY = 4,
	VOUCH_STARTED = 5,
	VOUCH_QUEUED = 6,
};

enum vouch_refusal {
	VOUCH_NO_TICKET = 1,   /* no record of that ticket, or its login is gone */
	VOUCH_NOT_YOURS = 2,   /* the record is another user's */
	VOUCH_NOT_INSIDE = 3,  /* the peer is not a plain descendant of the login's sshd */
	VOUCH_DISABLED = 4,    /* kill switch, or Enable no */
	VOUCH_LIMIT = 5,       /* MaxSessions, or too many logins at once */
	VOUCH_ACCOUNT = 6,     /* PAM said no */
	VOUCH_BAD_CONFIG = 7,  /* holdfast.conf is broken: step aside */
	VOUCH_TROUBLE = 8,     /* anything else; the log has it */
	VOUCH_BAD_REQUEST = 9,
	VOUCH_DRAIN = 10,      /* no new sessions: the host is to be shut down */
	VOUCH_ASIDE = 11,      /* HOOK: not a shell that sshd itself has executed; nothing is said to the person */
};

struct vouch_reply {
	uint8_t type;               /* enum vouch_reply_type */
	/* VOUCH_FACTS */
	struct identity identity;
	struct identity former;     /* the same as it was before it had the user's name in it; of a helper that does not
	                               say: unknown */
	uint32_t login_timeout_ms;  /* how long to wait for VOUCH_READY */
	char user[USER_CAP];
	char address[ADDRESS_CAP];  /* the ssh peer's */
	char who[WHO_CAP];          /* how the login proved itself */
	/* VOUCH_REFUSED */
	uint32_t refusal;           /* enum vouch_refusal */
	char text[TEXT_CAP];        /* for the person, one line, printable */
	/* VOUCH_READY */
	uint32_t session;           /* its id: the keeper listens at users/<uid>/<id>/sock */
};

/* The room that any encoded reply fits into. */
#define VOUCH_REPLY_MAX 2048

void vouch_encode_request(const struct vouch_request *q, unsigned char out[VOUCH_REQUEST_BYTES]);
/* 0, or -EBADMSG: wrong length, magic, version, op or kind, or padding that is not zero. */
int vouch_decode_request(struct vouch_request *q, const void *buf, size_t len);
/* The number of bytes written to OUT, or -EMSGSIZE. */
int vouch_encode_reply(const struct vouch_reply *a, unsigned char *out, size_t cap);
/* 0 or -EBADMSG.  Fields that the type does not carry are zero. */
int vouch_decode_reply(struct vouch_reply *a, const void *buf, size_t len);

#endif
