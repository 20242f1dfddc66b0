/* SPDX-License-Identifier: MIT */
/* keeper: the loop of the process that holds one session, and the life cycle of state.h. */
#ifndef HOLDFAST_KEEPER_H
#define HOLDFAST_KEEPER_H

#include "state.h"

/* Serves the session until it is over.  The leader's INIT has been received.  0, or 1 when nothing could be set up. */
int keeper_run(struct keeper *k);

#endif
