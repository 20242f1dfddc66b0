/* SPDX-License-Identifier: MIT */
/*
 * attach: what is said on a keeper's socket, /run/holdfast/users/<uid>/<id>/sock (SOCK_SEQPACKET), by processes of the
 * same user (and root).  One message a packet: a type byte, then the fields of that type.
 *
 *   STATUS          ─▶ STATUS_IS                    at any time
 *   CLAIM + fds     ─▶ CLAIMED or REFUSED           the session is the claimer's, nothing is shown yet
 *   CONFIRM                                         a new session's shell starts; a resumed one's screen is painted
 *   WINCH                                           the claimer's terminal has another size
 *                   ◀─ EXIT, DETACHED               the last message to an attachment
 *   DETACH, RENAME, KILL, ENV, SWITCH ─▶ DONE, ENV_IS or ERROR     from anybody
 *
 * With CLAIM travel the descriptors (SCM_RIGHTS) of the terminal, opened anew by name, or of an input and an output
 * pipe.  A claimer that closes before CONFIRM has changed nothing; one that closes after it has dropped.
 */
#ifndef HOLDFAST_ATTACH_H
#define HOLDFAST_ATTACH_H

#include <stddef.h>
#include <stdint.h>

#include "envlist.h"
#include "identity.h"
#include "bounds.h"
#include "ticket.h"

enum attach_type {
	ATTACH_STATUS = 1,
	ATTACH_CLAIM = 2,
	ATTACH_CONFIRM = 3,
	ATTACH_WINCH = 4,
	ATTACH_DETACH = 5,
	ATTACH_RENAME = 6,
	ATTACH_KILL = 7,
	ATTACH_ENV = 8,
	ATTACH_SWITCH = 9,

	ATTACH_STATUS_IS = 65,
	ATTACH_CLAIMED = 66,
	ATTACH_REFUSED = 67,
	ATTACH_EXIT = 68,
	ATTACH_DETACHED = 69,
	ATTACH_ENV_IS = 70,
	ATTACH_DONE = 71,
	ATTACH_ERROR = 72,
};

enum attach_state {
	ATTACH_NEW = 1,      /* waits for its first claim to be confirmed */
	ATTACH_CLAIMING = 2, /* dropped, and somebody's claim waits to be confirmed */
	ATTACH_ATTACHED = 3,
	ATTACH_DROPPED = 4,
	ATTACH_ENDING = 5,   /* the shell has ended, its last output is on the way */
};

struct attach_status {
	uint32_t id;
	uint32_t state;         /* enum attach_state */
	uint32_t attachments;
	uint32_t vouched;       /* 1 while its leader is there */
	uint32_t rows, cols;
	uint32_t keeper_pid, shell_pid;
	uint64_t created_ms;    /* CLOCK_REALTIME, milliseconds */
	uint64_t changed_ms;    /* when the state became what it is */
	uint64_t activity_ms;   /* the last output or input */
	uint64_t offset;        /* bytes that the pty has produced since the start */
	uint64_t away_bytes;    /* of these, since the session was dropped */
	struct identity identity;
	char name[NAME_CAP];    /* "" when it has none */
	char program[NAME_CAP]; /* the command in front; bytes as the kernel has them */
	char address[ADDRESS_CAP]; /* where the last attachment came from; "" unknown */
	char term[TERM_CAP];
};

enum attach_mode {
	ATTACH_MODE_FIRST = 1, /* the login that had it started */
	ATTACH_MODE_AUTO = 2,  /* resume by itself: only when dropped, only with the same identity */
	ATTACH_MODE_JOIN = 3,  /* asked for by name: beside those that are attached */
	ATTACH_MODE_TAKE = 4,  /* asked for by name: those that are attached are detached */
};

#define ATTACH_FLAG_PIPES 1u    /* two descriptors, no terminal */
#define ATTACH_FLAG_READONLY 2u /* its input is thrown away */
#define ATTACH_FLAG_QUIET 4u    /* no "resumed session" line */

struct attach_claim {
	uint32_t mode;  /* enum attach_mode */
	uint32_t flags; /* ATTACH_FLAG_* */
	uint16_t rows, cols, xpixel, ypixel;
	struct ticket ticket;     /* the claimer's login, or none */
	struct identity identity; /* as the claimer was told; counts only while no leader can vouch */
	char term[TERM_CAP];
	char name[NAME_CAP];      /* for a new session, or "" */
	struct envlist env;       /* the claimer's environment */
};

enum attach_refusal {
	ATTACH_BUSY = 1,      /* not dropped (any more), or another claim was faster */
	ATTACH_IDENTITY = 2,  /* another identity's: only by name */
	ATTACH_TICKET = 3,    /* a ticket that stands for no login of this user */
	ATTACH_ENDED = 4,
	ATTACH_BAD = 5,       /* not a terminal, wrong descriptors, a message out of turn */
	ATTACH_TROUBLE = 6,   /* out of memory, too many attachments */
	ATTACH_NAME = 7,      /* not a name, see attach_name_ok */
	ATTACH_NOWHERE = 8,   /* SWITCH or ENV while nobody is attached */
};

struct attach_refused { /* REFUSED and ERROR */
	uint32_t code; /* enum attach_refusal */
	char text[TEXT_CAP];
};

struct attach_exit {
	uint32_t signaled; /* 0: VALUE is the exit status; 1: it is the signal */
	uint32_t value;
};

enum attach_reason {
	ATTACH_WHY_DETACH = 1, /* holdfastctl detach */
	ATTACH_WHY_TAKEN = 2,  /* another attachment took over */
	ATTACH_WHY_SWITCH = 3, /* go on with the session TARGET */
	ATTACH_WHY_DEAD = 4,   /* the terminal is gone */
};

struct attach_detached {
	uint32_t reason; /* enum attach_reason */
	char target[NAME_CAP]; /* SWITCH: id, name, or "new"; also in the SWITCH request, where "" is not allowed */
};

/*
 * Encoders: the number of bytes written to OUT, or -EMSGSIZE.  Decoders take the message with its type byte: 0 or
 * -EBADMSG (claim and env also -E2BIG and -ENOMEM); a decoded claim's env is the caller's to free.
 */
int attach_encode_plain(uint8_t type, unsigned char *out, size_t cap);
int attach_encode_status(const struct attach_status *m, unsigned char *out, size_t cap);
int attach_decode_status(struct attach_status *m, const void *buf, size_t len);
int attach_encode_claim(const struct attach_claim *m, unsigned char *out, size_t cap);
int attach_decode_claim(struct attach_claim *m, const void *buf, size_t len);
/* CLAIMED, KILL and DETACH carry one number: session id, signal, 0. */
int attach_encode_number(uint8_t type, uint32_t number, unsigned char *out, size_t cap);
int attach_decode_number(uint32_t *number, const void *buf, size_t len);
/* REFUSED and ERROR. */
int attach_encode_refused(uint8_t type, const struct attach_refused *m, unsigned char *out, size_t cap);
int attach_decode_refused(struct attach_refused *m, const void *buf, size_t len);
int attach_encode_exit(const struct attach_exit *m, unsigned char *out, size_t cap);
int attach_decode_exit(struct attach_exit *m, const void *buf, size_t len);
/* DETACHED, and SWITCH with its reason ATTACH_WHY_SWITCH. */
int attach_encode_detached(uint8_t type, const struct attach_detached *m, unsigned char *out, size_t cap);
int attach_decode_detached(struct attach_detached *m, const void *buf, size_t len);
/* RENAME: "" takes the name away. */
int attach_encode_name(const char *name, unsigned char *out, size_t cap);
int attach_decode_name(char name[NAME_CAP], const void *buf, size_t len);
int attach_encode_env(const struct envlist *e, unsigned char *out, size_t cap);
int attach_decode_env(struct envlist *e, const void *buf, size_t len);
/* The type byte, or -EBADMSG for an empty message. */
int attach_type_of(const void *buf, size_t len);

/* Whether NAME may name a session: 1 to 32 of [A-Za-z0-9._-], not only digits, no leading '-', not "off" or "new". */
int attach_name_ok(const char *name);

#endif
