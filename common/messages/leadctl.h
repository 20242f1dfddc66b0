/* SPDX-License-Identifier: MIT */
/*
 * leadctl: the protocol of a leader's own socket, NAME_LEADER in the session's directory (SOCK_SEQPACKET, the user's,
 * 0600; root listens).  It works in any state of the keeper, and tells which processes hold the session; root can end
 * the session.
 *
 *   asker                       leader
 *   WHO             ───▶
 *                   ◀───        reply
 *   KILL            ───▶        kills the keeper and all processes of the session; from uid 0 only
 *                   ◀───        reply, then the end of the connection when the session is over
 *
 * Requests and replies have a fixed length, big-endian.  An unknown message ends the connection.
 */
#ifndef HOLDFAST_LEADCTL_H
#define HOLDFAST_LEADCTL_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

#define LEADCTL_REQUEST_BYTES 16
#define LEADCTL_REPLY_BYTES 92

enum leadctl_op { LEADCTL_WHO = 1, LEADCTL_KILL = 2 };

enum leadctl_result {
	LEADCTL_DONE = 1,
	LEADCTL_DENIED = 2, /* it is for root */
};

enum leadctl_state {
	LEADCTL_STARTING = 1, /* no program of the user runs yet */
	LEADCTL_RUNNING = 2,
	LEADCTL_ENDING = 3,   /* the shell has ended, or the start has failed */
};

struct leadctl_reply {
	uint32_t op, result;     /* enum leadctl_op, enum leadctl_result */
	uint32_t session;        /* its id */
	uint32_t state;          /* enum leadctl_state */
	uint32_t keeper_pid;     /* 0: it has ended */
	uint32_t shell_session;  /* the shell's session id (setsid(2)), by the kernel; 0: unknown */
	uint64_t keeper_start;   /* clock ticks after boot, as in /proc/PID/stat */
	uint64_t created_ms;     /* clock_date_ms() at its start; 0: not started */
	uint32_t attachments;
	uint32_t killed;         /* KILL: the number of processes */
	char name[NAME_CAP];     /* the session's name according to its keeper, or "" */
};

/* A request for OP. */
void leadctl_encode_request(enum leadctl_op op, unsigned char out[LEADCTL_REQUEST_BYTES]);
/* 0, or -EBADMSG: wrong length or unknown OP. */
int leadctl_decode_request(enum leadctl_op *op, const void *buf, size_t len);
void leadctl_encode_reply(const struct leadctl_reply *m, unsigned char out[LEADCTL_REPLY_BYTES]);
/* 0, or -EBADMSG: wrong length, an unknown value, or an invalid name. */
int leadctl_decode_reply(struct leadctl_reply *m, const void *buf, size_t len);

#endif
