/* SPDX-License-Identifier: MIT */
/*
 * held: asks holdfastd to have all sessions of this node told once more (VOUCH_OP_HELD, vouch.h): at the start, for what
 * was told before, and every POOL_HELD_S seconds, for what was lost.
 */
#ifndef HOLDFAST_POOL_HELD_H
#define HOLDFAST_POOL_HELD_H

#include <poll.h>
#include <stdint.h>

struct held {
	int fd;           /* -1: nothing is asked */
	uint64_t next_ms; /* when to ask, or, while it is being asked, when to give up; clock_now_ms() */
	unsigned failures;
};

void held_init(struct held *h);
struct pollfd held_poll(const struct held *h);
/* Does what is due. */
void held_turn(struct held *h, uint64_t now);

#endif
