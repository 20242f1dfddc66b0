/* SPDX-License-Identifier: MIT */
/*
 * attach: the messages on a keeper's socket, NAME_SOCK in the session's directory (SOCK_SEQPACKET), which processes of
 * the same user, and root, may connect to.  One message a packet: a type byte, then the fields of that type.
 *
 *   STATUS          ─▶ STATUS_IS                    at any time
 *   PROBE           ─▶ VERDICT                      within ATTACH_PROBE_MS, a little more over a hop; at once where
 *                                                   there is nothing to judge
 *   CLAIM + fds     ─▶ CLAIMED, GRANTED or REFUSED  the session is the claimer's; the keeper shows nothing yet
 *   TOLD text                                       after GRANTED: a line for the person, above the screen that is painted
 *   CONFIRM                                         the keeper starts a new session's shell, or paints the screen
 *   WINCH                                           the claimer's terminal has another size
 *                   ◀─ CAUSE text                   before EXIT: who or what has ended the session, if not its shell
 *                   ◀─ EXIT, DETACHED               the last message to an attachment
 *   DETACH, RENAME, KILL, ENV, SWITCH ─▶ DONE, ENV_IS or ERROR     from every process that may connect
 *   EXPIRE seconds  ─▶ DONE or ERROR               ends the session if it has had no attachment for so long
 *   MESSAGE text    ─▶ DONE or ERROR               writes a line of text onto the session's screens
 *   WHO             ─▶ WHO_IS                      all that are attached (attach_who.h)
 *   LAST            ─▶ LAST_IS text                the last line of the session's output, printable ASCII
 *   UPGRADE         ─▶ DONE or ERROR               the keeper goes on in the installed program, which sends DONE; on ERROR
 *                                                  it is still the old one
 *   SEND, PRINT, FOLLOW, QUIET                     for scripts: attach_script.h
 *   TIMES           ─▶ TIMES_ARE                   when the output was printed: attach_times.h
 *
 * CLAIM carries the descriptors (SCM_RIGHTS) of the terminal, opened anew by name, or of an input and an output pipe.
 * A claimer that closes the connection before CONFIRM has changed nothing.  One that closes after CONFIRM has dropped
 * the session.
 *
 * A keeper can die, and its leader starts another one for the session.  So a claimer that sets ATTACH_FLAG_RETURNS gets
 * GRANTED in the place of CLAIMED, with a random token.  When its connection ends without EXIT or DETACHED, the claimer
 * connects again and claims with ATTACH_MODE_AGAIN, that token and the same descriptors; the new keeper asks nobody,
 * and after CONFIRM shows the screen (server/keeper/base/awaited.h).  A keeper that does not know the token refuses
 * with ATTACH_REFUSAL_STRANGER: then the claimer claims as it did first.
 */
#ifndef HOLDFAST_ATTACH_H
#define HOLDFAST_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "envlist.h"
#include "identity.h"
#include "bounds.h"
#include "frame_types.h"
#include "termcan.h"
#include "ticket.h"

enum attach_type {
	ATTACH_MSG_STATUS = 1,
	ATTACH_MSG_CLAIM = 2,
	ATTACH_MSG_CONFIRM = 3,
	ATTACH_MSG_WINCH = 4,
	ATTACH_MSG_DETACH = 5,
	ATTACH_MSG_RENAME = 6,
	ATTACH_MSG_KILL = 7,
	ATTACH_MSG_ENV = 8,
	ATTACH_MSG_SWITCH = 9,
	ATTACH_MSG_PROBE = 20,
	ATTACH_MSG_MESSAGE = 21,
	ATTACH_MSG_LAST = 22,
	ATTACH_MSG_EXPIRE = 23,
	ATTACH_MSG_UPGRADE = 24,
	ATTACH_MSG_TOLD = 25,
	ATTACH_MSG_SEND = 26,
	ATTACH_MSG_PRINT = 27,
	ATTACH_MSG_FOLLOW = 28,
	ATTACH_MSG_QUIET = 29,
	ATTACH_MSG_WHO = 35,
	ATTACH_MSG_TIMES = 40,

	ATTACH_MSG_STATUS_IS = 65,
	ATTACH_MSG_CLAIMED = 66,
	ATTACH_MSG_REFUSED = 67,
	ATTACH_MSG_EXIT = 68,
	ATTACH_MSG_DETACHED = 69,
	ATTACH_MSG_ENV_IS = 70,
	ATTACH_MSG_DONE = 71,
	ATTACH_MSG_ERROR = 72,
	ATTACH_MSG_LAST_IS = 80,
	ATTACH_MSG_VERDICT = 84,
	ATTACH_MSG_GRANTED = 85,
	ATTACH_MSG_CAUSE = 90,
	ATTACH_MSG_PRINTED = 91,
	ATTACH_MSG_FOLLOWED = 92,
	ATTACH_MSG_SIZED = 93,
	ATTACH_MSG_GAP = 94,
	ATTACH_MSG_QUIET_IS = 95,
	ATTACH_MSG_SENT = 96,
	ATTACH_MSG_WHO_IS = 99,
	ATTACH_MSG_TIMES_ARE = 100,
};

enum attach_state {
	ATTACH_STATE_NEW = 1,      /* waits for its first claim to be confirmed */
	ATTACH_STATE_CLAIMING = 2, /* dropped, and a claim waits to be confirmed */
	ATTACH_STATE_ATTACHED = 3,
	ATTACH_STATE_DROPPED = 4,
	ATTACH_STATE_ENDING = 5,   /* the shell has ended, and terminals have not got its last output yet */
	ATTACH_STATE_SILENT = 17,  /* never in a message: the keeper does not answer (silent.h) */
	ATTACH_STATE_PARKED = 18,  /* never in a message: the same, and its leader says that its keepers have died too often */
	ATTACH_STATE_STALE = 16,   /* never in a message: attached, and PROBE has found all its connections dead */
};

enum attach_kind {
	ATTACH_KIND_TERMINAL = 1,
	ATTACH_KIND_COMMAND = 2,  /* a command on plain pipes: only framed attachments */
};

struct attach_status {
	uint32_t id;
	uint32_t state;         /* enum attach_state */
	uint32_t attachments;
	uint32_t vouched;       /* 1 while its leader is there */
	uint32_t rows, cols;
	uint32_t keeper_pid, shell_pid;
	uint64_t created_ms;    /* CLOCK_REALTIME, milliseconds */
	uint64_t changed_ms;    /* when the state changed last */
	uint64_t activity_ms;   /* the last output or input */
	uint64_t offset;        /* bytes that the pty has produced since the start */
	uint64_t away_bytes;    /* the part of them since the session was dropped */
	struct identity identity;
	char name[NAME_CAP];    /* "": the session has no name */
	char program[NAME_CAP]; /* the foreground command; bytes as the kernel has them */
	char address[ADDRESS_CAP]; /* where the last attachment came from; "" unknown */
	char term[TERM_CAP];    /* of the last attachment */
	/* Of the last drop, kept after a resume; 0: the session was never dropped. */
	uint64_t lost_ms;       /* when it was dropped */
	uint64_t lost_heard_ms; /* the last input before that: a sign of a live connection */
	uint64_t lost_used_ms;  /* the last output or input before that */
	uint32_t kind;          /* enum attach_kind; ATTACH_KIND_TERMINAL where the keeper's version does not send it */
	/* "" and 0 where the keeper's version does not send them. */
	char user[USER_CAP];    /* the name of the session's user: several names can have one uid */
	uint64_t home_born;     /* when that user's home directory was made (birth.h); 0 unknown */
	/* The program that the keeper runs; "" where its version does not say. */
	char version[VERSION_CAP];
	char build[BUILD_CAP];  /* buildid.h; also "" where the linker made none */
	/* What follows if nobody comes, or types; 0: nothing does, or the keeper's version does not say. */
	uint64_t ends_ms;       /* CLOCK_REALTIME, milliseconds: the session ends … */
	uint32_t ends_why;      /* … by this rule (enum attach_rule) */
	uint64_t idle_ends_ms;  /* IdleShellTimeout: the session ends if its shell is idle then */
	uint64_t put_out_ms;    /* the terminal at which nobody has typed for the longest time is detached … */
	uint32_t put_out_why;   /* … by this rule */
	uint32_t remote;        /* never in a message: 1 and more: a session of another node (remote.h); 0: of this one */
};

enum attach_rule {
	ATTACH_RULE_NONE = 0,
	ATTACH_RULE_DETACHED = 1,    /* DetachedTimeout */
	ATTACH_RULE_RELEASED = 2,    /* a command whose client has closed its output and left for good */
	ATTACH_RULE_IDLE_DETACH = 3, /* IdleDetach */
	ATTACH_RULE_LOGIND = 4,      /* StopIdleSessionSec of logind.conf(5) */
};

/* The state of the connections behind the terminals of a session. */
enum attach_verdict_is {
	ATTACH_VERDICT_ALIVE = 1,   /* the other end of one acknowledges; behind a proxy, the proxy does */
	ATTACH_VERDICT_DEAD = 2,    /* each one is proven dead, or the session has no attachment any more */
	ATTACH_VERDICT_UNKNOWN = 3,
};

#define ATTACH_PROBE_MS 1000

struct attach_verdict {
	uint32_t verdict;  /* enum attach_verdict_is */
	uint64_t heard_ms; /* CLOCK_REALTIME: the last sign of life from any of them; 0: unknown */
};

enum attach_mode {
	ATTACH_MODE_FIRST = 1, /* the login that started the session */
	ATTACH_MODE_AUTO = 2,  /* without being asked: only a dropped or dead session, and only with the same identity */
	ATTACH_MODE_JOIN = 3,  /* asked for by name: beside the attachments that are there */
	ATTACH_MODE_TAKE = 4,  /* asked for by name: the keeper detaches the others */
	ATTACH_MODE_STREAM = 5, /* framed: the client that was attached goes on, over another connection */
	ATTACH_MODE_AGAIN = 6,  /* the attachment with the claim's token goes on: the keeper that it had has died */
};

#define ATTACH_COMMAND_MAX 16384 /* bytes of a command line */

#define ATTACH_FLAG_PIPES 1u    /* two descriptors, no terminal */
#define ATTACH_FLAG_READONLY 2u /* the keeper discards its input */
#define ATTACH_FLAG_QUIET 4u    /* no "resumed session" line */
#define ATTACH_FLAG_FRAMED 8u   /* the pipes speak docs/PROTOCOL.md; FRAMED is there */
#define ATTACH_FLAG_TYPED 16u   /* pipes: the claimer has read TYPED from them already */
#define ATTACH_FLAG_ASKED 32u   /* TAKE: the claimer has asked the person, who wants to take over */

#define ATTACH_FLAG_RETURNS 64u /* the claimer knows GRANTED and ATTACH_MODE_AGAIN */
#define ATTACH_FLAG_APART 128u  /* FIRST: no login is to resume the new session by itself */

#define ATTACH_FLAG_NAMED 4096u /* AUTO: another node that can't vouch has chosen it, so the identity does not count */

/* And four bits that say how the login has chosen the session, for the event: enum attach_chose. */
#define ATTACH_CHOSE_SHIFT 8
#define ATTACH_CHOSE_MASK (15u << ATTACH_CHOSE_SHIFT)

enum attach_chose {
	ATTACH_CHOSE_ONLY = 1,   /* by itself, the only one that it could resume */
	ATTACH_CHOSE_WINDOW = 2, /* by itself, of several: its window was like the login's */
	ATTACH_CHOSE_LATEST = 3, /* by itself, of several: it was used last */
	ATTACH_CHOSE_NEXT = 4,   /* by itself: a better one was taken by another login meanwhile, or did not answer */
	ATTACH_CHOSE_NAME = 5,   /* its number or name was said */
	ATTACH_CHOSE_PICKED = 6, /* picked from the list */
	ATTACH_CHOSE_STREAM = 7, /* the client goes on with its session */
	ATTACH_CHOSE_POOL = 8,   /* by a login of another node of the pool, which came over */
};

#define ATTACH_TYPED_CAP 16
#define ATTACH_TOKEN 16         /* bytes, from getrandom(2); all zero: none */

/* The part of the client's HELLO and ATTACH (docs/PROTOCOL.md) that the session's keeper needs. */
struct attach_framed {
	uint32_t lowest, highest;         /* versions */
	unsigned char stream[16], key[16];
	/* STREAM; with FIRST, INPUT is how many bytes come over the pipe once more that have been acted on. */
	uint64_t input, output, errors;
	char features[FRAME_FEATURES_CAP]; /* a name-list; "" from a program that knew none */
	bool known;                       /* the keeper knew the stream; not in the message */
};

struct attach_claim {
	uint32_t mode;  /* enum attach_mode */
	uint32_t flags; /* ATTACH_FLAG_* */
	uint16_t rows, cols, xpixel, ypixel;
	struct ticket ticket;     /* the claimer's login, or none */
	struct identity identity; /* as holdfastd told the claimer; counts only while no leader can vouch */
	char term[TERM_CAP];
	char name[NAME_CAP];      /* for a new session, or "" */
	struct envlist env;       /* the claimer's environment */
	struct attach_framed framed; /* with ATTACH_FLAG_FRAMED */
	char typed[ATTACH_TYPED_CAP]; /* with ATTACH_FLAG_TYPED */
	size_t typed_len;
	/*
	 * What its terminal takes, if that is known.  A keeper of an older version refuses a claim with it
	 * (ATTACH_REFUSAL_BAD): then the claimer claims without.
	 */
	struct termcan target;
	unsigned char token[ATTACH_TOKEN]; /* AGAIN: of GRANTED */
	/*
	 * The session's own id (endrecord.h), where another node of the pool has sent the login to it; "": none.  The
	 * keeper of another session that has the number now refuses (ATTACH_REFUSAL_OTHER), and so does one of a version
	 * that does not know this field.
	 */
	char unique[FRAME_HOP_UNIQUE];
	char *command;            /* FIRST: a command that the new session runs in the login shell's place; or NULL */
};

struct attach_granted {
	uint32_t session;
	unsigned char token[ATTACH_TOKEN];
};

enum attach_refusal {
	ATTACH_REFUSAL_BUSY = 1,      /* not dropped (any more), or another claim was faster */
	ATTACH_REFUSAL_IDENTITY = 2,  /* the session has another identity: only by name */
	ATTACH_REFUSAL_TICKET = 3,    /* the ticket is of no login of this user */
	ATTACH_REFUSAL_ENDED = 4,
	ATTACH_REFUSAL_BAD = 5,       /* not a terminal, wrong descriptors, a message out of turn */
	ATTACH_REFUSAL_TROUBLE = 6,   /* out of memory, too many attachments */
	ATTACH_REFUSAL_NAME = 7,      /* not a name: attach_name_ok() */
	ATTACH_REFUSAL_NOWHERE = 8,   /* SWITCH or ENV while the session has no attachment */
	ATTACH_REFUSAL_ELEVATED = 9,  /* another user's shell is in front since ElevatedTimeout: only by name */
	ATTACH_REFUSAL_TAKEOVER = 10, /* the session is attached, and TakeOver is no */
	ATTACH_REFUSAL_ASK = 11,      /* the session is attached, TakeOver is ask, and ATTACH_FLAG_ASKED is not set */
	ATTACH_REFUSAL_VERSION = 12,  /* framed: no version that both sides know */
	ATTACH_REFUSAL_OTHER = 13,    /* another session has the number now (STREAM, or UNIQUE) */
	ATTACH_REFUSAL_STRANGER = 14, /* AGAIN: no attachment of that token is awaited */
};

struct attach_refused { /* REFUSED and ERROR */
	uint32_t code; /* enum attach_refusal */
	char text[TEXT_CAP];
};

struct attach_exit {
	uint32_t signaled; /* 0: VALUE is the exit status; 1: VALUE is the signal */
	uint32_t value;
};

enum attach_reason {
	ATTACH_WHY_DETACH = 1, /* holdfastctl detach */
	ATTACH_WHY_TAKEN = 2,  /* another attachment took over */
	ATTACH_WHY_SWITCH = 3, /* go on with the session TARGET */
	ATTACH_WHY_DEAD = 4,   /* the terminal is gone */
	ATTACH_WHY_IDLE = 9,   /* nobody has typed there for the time in TARGET ("15m") */
};

struct attach_detached {
	uint32_t reason; /* enum attach_reason */
	char target[NAME_CAP]; /* SWITCH: id, name, or "new"; also in the SWITCH request, where "" is not allowed; IDLE */
};

/*
 * Encoders return the number of bytes written to OUT, or -EMSGSIZE.  Decoders take the message with its type byte, and
 * refuse one whose type has other fields: 0 or -EBADMSG (claim and env also -E2BIG and -ENOMEM).  The caller frees the
 * env and the command of a decoded claim.
 */
int attach_encode_plain(uint8_t type, unsigned char *out, size_t cap);
int attach_encode_status(const struct attach_status *m, unsigned char *out, size_t cap);
int attach_decode_status(struct attach_status *m, const void *buf, size_t len);
int attach_encode_claim(const struct attach_claim *m, unsigned char *out, size_t cap);
int attach_decode_claim(struct attach_claim *m, const void *buf, size_t len);
int attach_encode_granted(const struct attach_granted *m, unsigned char *out, size_t cap);
int attach_decode_granted(struct attach_granted *m, const void *buf, size_t len);
/* CLAIMED, KILL, DETACH and EXPIRE carry one number: session id, signal, 0, seconds. */
int attach_encode_number(uint8_t type, uint32_t number, unsigned char *out, size_t cap);
int attach_decode_number(uint32_t *number, const void *buf, size_t len);
/* REFUSED and ERROR. */
int attach_encode_refused(uint8_t type, const struct attach_refused *m, unsigned char *out, size_t cap);
int attach_decode_refused(struct attach_refused *m, const void *buf, size_t len);
int attach_encode_verdict(const struct attach_verdict *m, unsigned char *out, size_t cap);
int attach_decode_verdict(struct attach_verdict *m, const void *buf, size_t len);
int attach_encode_exit(const struct attach_exit *m, unsigned char *out, size_t cap);
int attach_decode_exit(struct attach_exit *m, const void *buf, size_t len);
/* DETACHED, and SWITCH with its reason ATTACH_WHY_SWITCH. */
int attach_encode_detached(uint8_t type, const struct attach_detached *m, unsigned char *out, size_t cap);
int attach_decode_detached(struct attach_detached *m, const void *buf, size_t len);
/* MESSAGE, LAST_IS, CAUSE and TOLD: TEXT is cut to what fits. */
int attach_encode_text(uint8_t type, const char *text, unsigned char *out, size_t cap);
int attach_decode_text(char text[TEXT_CAP], const void *buf, size_t len);
/* RENAME: "" removes the name. */
int attach_encode_name(const char *name, unsigned char *out, size_t cap);
int attach_decode_name(char name[NAME_CAP], const void *buf, size_t len);
int attach_encode_env(const struct envlist *e, unsigned char *out, size_t cap);
int attach_decode_env(struct envlist *e, const void *buf, size_t len);
/* The type byte, or -EBADMSG for an empty message. */
int attach_type_of(const void *buf, size_t len);

/* The rule for names of sessions, for messages. */
#define ATTACH_NAME_RULE "1 to 32 of A-Z a-z 0-9 . _ -, not only digits, no '-' or '.' first, not \"new\" or \"off\""
/* Whether NAME follows ATTACH_NAME_RULE. */
int attach_name_ok(const char *name);
/* The number of a session in TEXT, 1 to 999999999 without leading zeros; 0: TEXT is not one (may be NULL). */
uint32_t attach_id(const char *text);
/* "only" and the like for the bits in FLAGS of a claim; "" for none. */
const char *attach_chose_word(uint32_t flags);
/* Whether no keeper has answered. */
bool attach_state_silent(uint32_t state);
/* "dropped" and the like, for an enum attach_state; "unknown". */
const char *attach_state_word(uint32_t state);

#endif
