/* SPDX-License-Identifier: MIT */
/*
 * vouched: the attachments that the leader vouched for, by the keeper's serial numbers; audit lines take the user,
 * address and key from here.
 */
#ifndef HOLDFAST_VOUCHED_H
#define HOLDFAST_VOUCHED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame_hop.h"
#include "leadermsg.h"
#include "tcpinfo.h"

#define ATTACHMENTS_MAX 64

struct vouched_one {
	uint32_t serial;
	uint32_t kind; /* enum leadermsg_kind; 0: not vouched for */
	bool attached; /* it was confirmed */
	bool pipes;    /* without a terminal, so sshd has made no entry in utmp */
	bool other;    /* its identity differs from the session's */
	bool taken;    /* another attachment is taking the session over */
	bool has_pts;  /* its terminal is /dev/pts/PTS, according to the keeper */
	uint32_t pts;
	pid_t sshd;    /* its login's; 0: unknown */
	uint64_t sshd_start; /* as in login.h */
	struct tcp_tuple tuple; /* its connection; the family 0: unknown */
	char chose[NAME_CAP]; /* how the login chose the session, as the keeper says; "": unknown */
	uint64_t since_ms; /* attached since, on clock_now_ms */
	uint64_t asked_ms; /* its login asked holdfastd then, on the same, to resume a session; 0: unknown, or another */
	char address[ADDRESS_CAP]; /* where the person is */
	char who[WHO_CAP];
	char node[NODE_CAP];       /* of the pool, that has vouched for its login; "": none has */
	char vouched[FRAME_HOP_METHOD]; /* by which key (login.h) */
};

struct vouched {
	struct vouched_one *v[ATTACHMENTS_MAX]; /* owned; the oldest first, NULL behind the last */
};

/*
 * Adds an attachment, in place of one with the same serial.  If there are too many, forgets the oldest that was never
 * attached, else the oldest.  Returns it, owned by *a, or NULL: no memory.
 */
struct vouched_one *vouched_add(struct vouched *a, uint32_t serial, uint32_t kind, const char *address,
                                   const char *who);
/* The attachment with SERIAL, owned by *a, or NULL. */
struct vouched_one *vouched_find(const struct vouched *a, uint32_t serial);
/* The number of attached ones. */
unsigned vouched_attached(const struct vouched *a);
/* Forgets SERIAL; ignores an unknown one. */
void vouched_remove(struct vouched *a, uint32_t serial);

#endif
