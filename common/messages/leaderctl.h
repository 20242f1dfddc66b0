/* SPDX-License-Identifier: MIT */
/*
 * leaderctl: the protocol of a leader's own socket, NAME_LEADER in the session's directory (SOCK_SEQPACKET, the user's,
 * 0600; root listens).  It works in any state of the keeper, and tells which processes hold the session; root can end
 * the session.
 *
 *   asker                       leader
 *   WHO             ───▶
 *                   ◀───        reply
 *   KILL            ───▶        kills the keeper and all processes of the session; from uid 0 only
 *                   ◀───        reply, then the end of the connection when the session is over
 *
 *   VERSION         ───▶
 *                   ◀───        the program that the leader runs; one of 0.1 ends the connection
 *
 *   ATTACHED        ───▶
 *                   ◀───        all that are attached, as root knows them; an older leader ends the connection
 *
 *   TELL            ───▶        tells holdfast-pool of the session once more, as holdfast.conf has it now; from uid 0
 *                   ◀───        the end of the connection
 *
 *   ORIGIN          ───▶        from uid 0 only
 *                   ◀───        what a session inherits that is started out of this one (server/daemon/leader/origin.h);
 *                               the end of the connection, if none can be: the shell does not run, or it is not root
 *
 * Requests, and replies but the last one, have a fixed length, big-endian.  An unknown message ends the connection.
 */
#ifndef HOLDFAST_LEADERCTL_H
#define HOLDFAST_LEADERCTL_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

#define LEADERCTL_REQUEST_BYTES 16
#define LEADERCTL_REPLY_BYTES 92
#define LEADERCTL_VERSION_BYTES 88

enum leaderctl_op { LEADERCTL_WHO = 1, LEADERCTL_KILL = 2, LEADERCTL_VERSION = 3, LEADERCTL_ATTACHED = 4,
		    LEADERCTL_TELL = 5, LEADERCTL_ORIGIN = 6 };

enum leaderctl_result {
	LEADERCTL_DONE = 1,
	LEADERCTL_DENIED = 2, /* it is for root */
};

enum leaderctl_state {
	LEADERCTL_STARTING = 1, /* no program of the user runs yet */
	LEADERCTL_RUNNING = 2,
	LEADERCTL_ENDING = 3,   /* the shell has ended, or the start has failed */
	LEADERCTL_PARKED = 4,   /* the shell runs, and its keepers have died too often (leader_keeper.h) */
};

struct leaderctl_reply {
	uint32_t op, result;     /* enum leaderctl_op, enum leaderctl_result */
	uint32_t session;        /* its id */
	uint32_t state;          /* enum leaderctl_state */
	uint32_t keeper_pid;     /* 0: it has ended */
	uint32_t shell_session;  /* the shell's session id (setsid(2)), by the kernel; 0: unknown */
	uint64_t keeper_start;   /* clock ticks after boot, as in /proc/PID/stat */
	uint64_t created_ms;     /* clock_date_ms() at its start; 0: not started */
	uint32_t attachments;
	uint32_t killed;         /* KILL: the number of processes */
	char name[NAME_CAP];     /* the session's name according to its keeper, or "" */
};

/* The answer to VERSION. */
struct leaderctl_version {
	char version[VERSION_CAP];
	char build[BUILD_CAP];   /* buildid.h; "": it has none */
};

#define LEADERCTL_ATTACHED_MAX 64
#define LEADERCTL_ONE_MAX 512 /* bytes of one in the message, with what later versions add */
#define LEADERCTL_ATTACHED_BYTES (12 + LEADERCTL_ATTACHED_MAX * (4 + LEADERCTL_ONE_MAX))

struct leaderctl_one {
	uint32_t serial;           /* as its keeper numbers it (attach_who.h) */
	uint32_t kind;             /* enum leadermsg_kind: how it has come */
	uint64_t since_ms;         /* CLOCK_REALTIME, milliseconds */
	char address[ADDRESS_CAP]; /* of its login */
	char who[WHO_CAP];         /* how that login has authenticated: "publickey SHA256:…" */
};

/* The answer to ATTACHED. */
struct leaderctl_attached {
	uint32_t count;
	struct leaderctl_one v[LEADERCTL_ATTACHED_MAX];
};

/* A request for OP. */
void leaderctl_encode_request(enum leaderctl_op op, unsigned char out[LEADERCTL_REQUEST_BYTES]);
/* 0, or -EBADMSG: wrong length or unknown OP. */
int leaderctl_decode_request(enum leaderctl_op *op, const void *buf, size_t len);
void leaderctl_encode_reply(const struct leaderctl_reply *m, unsigned char out[LEADERCTL_REPLY_BYTES]);
/* 0, or -EBADMSG: wrong length, an unknown value, or an invalid name. */
int leaderctl_decode_reply(struct leaderctl_reply *m, const void *buf, size_t len);
void leaderctl_encode_version(const struct leaderctl_version *m, unsigned char out[LEADERCTL_VERSION_BYTES]);
/* 0, or -EBADMSG: wrong length, or no answer to VERSION. */
int leaderctl_decode_version(struct leaderctl_version *m, const void *buf, size_t len);
/* COUNT of them, at most LEADERCTL_ATTACHED_MAX: the number of bytes written to OUT, or -EMSGSIZE. */
int leaderctl_encode_attached(const struct leaderctl_one *v, uint32_t count, unsigned char *out, size_t cap);
/* 0, or -EBADMSG: no answer to ATTACHED, or a field beyond its limit.  Skips what later versions add. */
int leaderctl_decode_attached(struct leaderctl_attached *m, const void *buf, size_t len);

#endif
