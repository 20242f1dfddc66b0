/* SPDX-License-Identifier: MIT */
/* leader_pool_state: what a leader keeps of its session for holdfast-pool (leader_pool.h). */
#ifndef HOLDFAST_LEADER_POOL_STATE_H
#define HOLDFAST_LEADER_POOL_STATE_H

#include <stdbool.h>

#include "poolmsg.h"

struct leader_pool {
	bool on;       /* this host belongs to a pool */
	bool programs; /* PoolShow program */
	bool known;    /* the keeper has said the facts of ENTRY */
	bool gone;     /* the session has ended */
	bool unsent;   /* holdfast-pool's queue was full: once more at the next event */
	struct pool_entry entry;
};

#endif
