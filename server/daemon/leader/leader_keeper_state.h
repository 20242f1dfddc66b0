/* SPDX-License-Identifier: MIT */
/* leader_keeper_state: what a leader knows of its keepers (leader_keeper.h). */
#ifndef HOLDFAST_LEADER_KEEPER_STATE_H
#define HOLDFAST_LEADER_KEEPER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "keeperproc.h"
#include "ratelimit.h"

#define LEADER_KEEPER_DEATHS 5
#define LEADER_KEEPER_WITHIN_MS 60000
#define LEADER_KEEPER_TRIAL_MS 10000

struct leader_keeper {
	bool parked;
	uint64_t start_ms;    /* clock_now_ms(): when the next one is started; 0: none is to be */
	uint64_t started_ms;  /* when the last one but the first was; 0: there was none */
	unsigned short_lives; /* in a row, of those that were killed soon after that */
	uint64_t ready_by_ms; /* … and is killed if it is not ready by then; 0: it is */
	bool unready;         /* the last one has ended before it was ready */
	uint64_t deaths[LEADER_KEEPER_DEATHS]; /* clock_now_ms(), the latest first; 0: none */
	uint64_t rchar, wchar; /* of the dead one; 0 and 0: unknown */
	uint64_t upgraded_ms;  /* clock_now_ms() when the last one began to become another program; 0: it has not */
	struct ratelimit words; /* of lines in the log that a user can cause */
	bool old;              /* the next one is PATH_KEEPER_OLD */
	struct keeperproc_inherits inherits;   /* by later ones: what the first one had from this process */
};

#endif
