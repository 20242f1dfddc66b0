/* SPDX-License-Identifier: MIT */
/* leader_pool_state: what a leader keeps of its session for holdfast-pool (leader_pool.h). */
#ifndef HOLDFAST_LEADER_POOL_STATE_H
#define HOLDFAST_LEADER_POOL_STATE_H

#include <stdbool.h>

#include "poolmsg.h"
#include "ratelimit.h"

struct leader_pool {
	bool on;       /* this host belongs to a pool */
	bool programs; /* PoolShow program */
	bool known;    /* the keeper has said the facts of ENTRY */
	bool gone;     /* the session has ended */
	uint64_t due_ms; /* clock_now_ms(): when what has not been sent is tried again; 0: all has been */
	unsigned full; /* attempts in a row that have found holdfast-pool's queue full */
	struct ratelimit rate; /* of entries */
	struct pool_entry entry;
};

#endif
