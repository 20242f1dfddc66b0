/* SPDX-License-Identifier: MIT */
/* leading_ctl: those who ask a leader (common/leadctl.h): who holds the session and, for root, its end. */
#ifndef HOLDFAST_LEADING_CTL_H
#define HOLDFAST_LEADING_CTL_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#define LEADING_CTL_MAX 4 /* at once; one more takes the place of the user's oldest one */
#define LEADING_CTL_POLLED (LEADING_CTL_MAX + 1)

struct leading;

struct leading_ctl {
	struct {
		int fd; /* -1: free */
		uid_t uid;
		uint64_t age; /* counts up */
	} v[LEADING_CTL_MAX];
	uint64_t clock;
	uint64_t deaf_ms; /* clock_now_ms(): out of descriptors until then; 0: not */
};

#define LEADING_CTL_INIT { .v = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 }, { .fd = -1 } } }

/* Puts the listening socket and all who ask into P. */
void leading_ctl_watch(struct leading *l, struct pollfd p[LEADING_CTL_POLLED]);
/* Does what can be done after poll(2). */
void leading_ctl_turn(struct leading *l, const struct pollfd p[LEADING_CTL_POLLED]);
/* Closes all connections: to who has asked for the end, this says that it has come. */
void leading_ctl_close(struct leading *l);

#endif
