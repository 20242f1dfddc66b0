/* SPDX-License-Identifier: MIT */
/*
 * vouch: the messages on /run/holdfast/holdfastd.sock (SOCK_SEQPACKET) between a login's process and its helper.
 *
 *   login                               holdfastd, then helper
 *   (connects)                 ◀───     QUEUED: holdfastd is there, and will start a helper
 *   VOUCH  (fixed length)      ───▶     checks the ticket and the caller
 *                              ◀───     TOLD first, for a hook: the user has lost a session, and has not been told yet
 *                              ◀───     FACTS, or REFUSED and the end of the connection
 *   START  (fixed length)      ───▶     becomes the leader of a new session
 *                              ◀───     PROGRESS at once; READY, or REFUSED and the end
 *   (confirms to the keeper)   ◀───     STARTED, once the keeper has reported that; the end
 *
 * A process of a held session, which has no ticket, sends VOUCH and START from SESSION, both with a number of its own
 * drawing in the ticket's place: the helper finds its session by its parents (caller.h), and the leader of that session
 * vouches for it (origin.h).  The new session's first claim comes with that number (attach.h).
 *
 * Any process may send ENDS in the place of VOUCH, without a ticket:
 *   ENDS   (fixed length)      ───▶     takes the caller's uid from the kernel
 *                              ◀───     ENDS_ARE, with a descriptor of that user's records (endstore.h) if there are any;
 *                                       or REFUSED; the end
 *   EVENTS (fixed length)      ───▶     the same
 *                              ◀───     EVENTS_ARE, with a descriptor for each bit of its field WHICH: files of that user's
 *                                       that change while they are open (eventstore.h)
 *
 * Or SAY, with the login's ticket if it has one: why that login was not held; from a HOOK, if sshd itself has started
 * the shell.  Nothing is answered, and the sender need not wait: a closed connection's SAY is read too.
 *   SAY    (fixed length)      ───▶     writes it down as the word of a process of that uid (said/, statedir.h)
 *
 * After FACTS whose field POOL is 1, instead of START or before it, and in the place of VOUCH as well:
 *   POOL   (fixed length)      ───▶     asks holdfast-pool (poolmsg.h) for that user's sessions on all nodes of the pool, or
 *                                       with NUMBER POOL_WHAT_MEMBERS for the nodes
 *                              ◀───     POOL_IS, with a descriptor to read the answer from, or none where there is no pool;
 *                                       in the place of VOUCH: the end
 * And from holdfast-pool, in the place of VOUCH:
 *   HELD   (fixed length)      ───▶     all sessions are told to holdfast-pool once more
 *                              ◀───     HELD_IS; the end
 *
 * A login that comes over another node of its pool sends CHALLENGE on the one that it goes to, and SIGN on the one that
 * it comes from (frame_hop.h: those messages, without the length at their beginning):
 *   CHALLENGE, HOP                 ───▶   checks the ticket and the caller
 *                                  ◀───   HOP_CHALLENGE, or REFUSED and the end; HOP_CHALLENGE without a node, and the
 *                                         end: by its configuration this node takes no vouchers
 *   HOP_VOUCHER                    ───▶   verifies it (hop_challenge.h)
 *                                  ◀───   HOP_ANSWER, or REFUSED; the end
 *   SIGN, HOP, HOP_CHALLENGE       ───▶   checks the ticket and the caller
 *                                  ◀───   HOP_VOUCHER, or REFUSED; the end
 *
 * The login may close the connection at any time: before STARTED the helper then gives the new session up.  A request
 * is always VOUCH_REQUEST_BYTES long; but for the messages HOP the helper reads nothing else from the user.
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

enum vouch_op { VOUCH_OP_VOUCH = 1, VOUCH_OP_START = 2, VOUCH_OP_ENDS = 3, VOUCH_OP_EVENTS = 4, VOUCH_OP_SAY = 5,
	       VOUCH_OP_POOL = 6, VOUCH_OP_HELD = 7, VOUCH_OP_CHALLENGE = 8, VOUCH_OP_SIGN = 9,
	       VOUCH_OP_LAST = VOUCH_OP_SIGN };

/*
 * The kind of caller, the same in both requests.  For a HOOK, which a login shell's start-up files run, the helper
 * checks that sshd itself has executed this shell.  SESSION: no login asks, but a process of a held session.
 */
enum vouch_from { VOUCH_FROM_COMMAND = 0, VOUCH_FROM_HOOK = 1, VOUCH_FROM_SESSION = 2 };

/* What a new session is made of.  The command travels to the keeper, in the user's claim, and never to root. */
enum vouch_kind { VOUCH_KIND_TERMINAL = 0, VOUCH_KIND_PIPES = 1 };

struct vouch_request {
	uint32_t op;      /* enum vouch_op */
	struct ticket ticket;
	uint16_t rows, cols, xpixel, ypixel; /* of the login's terminal, as in struct winsize */
	uint8_t kind;     /* START: enum vouch_kind; else 0 */
	uint8_t from;     /* enum vouch_from */
	uint16_t cause;   /* SAY: enum notheld, one that may be said; else 0 */
	uint32_t number;  /* SAY: as notheld_number() says; POOL: enum pool_what; else 0 */
};

enum vouch_reply_type {
	VOUCH_FACTS = 1,
	VOUCH_REFUSED = 2,
	VOUCH_PROGRESS = 3,
	VOUCH_READY = 4,
	VOUCH_STARTED = 5,
	VOUCH_QUEUED = 6,
	VOUCH_TOLD = 7,
	VOUCH_ENDS_ARE = 8,
	VOUCH_EVENTS_ARE = 9,
	VOUCH_POOL_IS = 10,
	VOUCH_HELD_IS = 11,
};

/* The files of EVENTS_ARE, in the order of their descriptors. */
enum vouch_which { VOUCH_WHICH_EVENTS = 1, VOUCH_WHICH_SAID = 2, VOUCH_WHICH_ALL = 3 };
#define VOUCH_FILES 2

enum vouch_refusal {
	VOUCH_NO_TICKET = 1,   /* the ticket has no record, or its login is gone */
	VOUCH_NOT_YOURS = 2,   /* the record is of another user */
	VOUCH_NOT_INSIDE = 3,  /* the caller is not a plain descendant of the login's sshd, or of a session's shell */
	VOUCH_DISABLED = 4,    /* kill switch, or Enable no */
	VOUCH_LIMIT = 5,       /* MaxSessions, or too many logins at once */
	VOUCH_ACCOUNT = 6,     /* PAM said no */
	VOUCH_BAD_CONFIG = 7,  /* holdfast.conf is malformed */
	VOUCH_TROUBLE = 8,     /* another error, which is in the log */
	VOUCH_BAD_REQUEST = 9,
	VOUCH_DRAIN = 10,      /* holdfastd starts no new sessions before a shutdown of the host */
	VOUCH_ASIDE = 11,      /* HOOK: sshd has not executed this shell itself; the person is told nothing */
	VOUCH_LATE = 12,       /* not ready within LoginTimeout */
};

struct vouch_reply {
	uint8_t type;               /* enum vouch_reply_type */
	/* VOUCH_FACTS */
	struct identity identity;
	struct identity former;     /* the same without the user's name in it, as older versions made it; unknown where the
	                               helper's version does not send it */
	uint32_t login_timeout_ms;  /* how long to wait for VOUCH_READY */
	char user[USER_CAP];
	char address[ADDRESS_CAP];  /* the ssh peer's */
	char who[WHO_CAP];          /* how the login proved itself */
	uint32_t pool;              /* 1: POOL may be asked: the login can resume sessions on other nodes … */
	char trust[POOL_TRUST_CAP]; /* … which these patterns name (match.h); "": on all */
	uint32_t pool_timeout_ms;   /* … and take so long for that in all; 0: POOL_TIMEOUT_MS */
	/* VOUCH_REFUSED */
	uint32_t refusal;           /* enum vouch_refusal */
	char text[TEXT_CAP];        /* for the person, one line, printable; TOLD too */
	/* VOUCH_EVENTS_ARE */
	uint8_t which;              /* VOUCH_WHICH_*, added up */
	/* VOUCH_READY */
	uint32_t session;           /* its id: the keeper listens at users/<uid>/<id>/sock */
};

/* The room that any encoded reply fits into. */
#define VOUCH_REPLY_MAX 2048

/* "hook", "command" or "session": FROM, in events. */
const char *vouch_from_word(uint32_t from);

void vouch_encode_request(const struct vouch_request *q, unsigned char out[VOUCH_REQUEST_BYTES]);
/* 0, or -EBADMSG: wrong length, magic, version, op or kind, or padding that is not zero. */
int vouch_decode_request(struct vouch_request *q, const void *buf, size_t len);
/* The number of bytes written to OUT, or -EMSGSIZE. */
int vouch_encode_reply(const struct vouch_reply *a, unsigned char *out, size_t cap);
/* 0 or -EBADMSG.  Fields that the type does not carry are zero. */
int vouch_decode_reply(struct vouch_reply *a, const void *buf, size_t len);

#endif
