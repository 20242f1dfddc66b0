/* SPDX-License-Identifier: MIT */
/* transport_turn: the client's loop, for a transport alone. */
#ifndef HOLDFAST_TRANSPORT_TURN_H
#define HOLDFAST_TRANSPORT_TURN_H

#include <poll.h>

#include "clock.h"
#include "transport.h"

/* One turn: waits for what T waits for, a tenth of a second at most. */
static inline void
transport_turn(struct transport *t)
{
	struct pollfd fds[TRANSPORT_FDS];
	uint64_t deadline = clock_now_ms() + 100;
	unsigned n = t->ops->poll(t, fds, &deadline);
	uint64_t now = clock_now_ms();

	(void)poll(fds, n, deadline > now ? (int)(deadline - now) : 0);
	t->ops->step(t, fds, n);
}

#endif
