/* SPDX-License-Identifier: MIT */
/* keeper: the loop of the process that holds one session, and the life cycle of state.h. */
#ifndef HOLDFAST_KEEPER_H
#define HOLDFAST_KEEPER_H

#include "state.h"

/* Serves the session until it is over.  The leader's INIT has been received.  0, or 1 when nothing could be set up. */
int keeper_run(struct keeper *k);

/* The same in steps.  keeper_open: 0 or a negative errno, and then only the process's end is left. */
int keeper_open(struct keeper *k);
/*
 * One turn of the loop, which waits until UNTIL (clock_now_ms(); CLOCK_NEVER) at most.  Whether another is to follow.
 */
bool keeper_turn(struct keeper *k, uint64_t until);
/* The same once the session is over: only those who follow its output and have not got all are served. */
bool keeper_late_turn(struct keeper *k, uint64_t until);
void keeper_close(struct keeper *k);

#endif
