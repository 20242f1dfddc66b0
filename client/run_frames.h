/* SPDX-License-Identifier: MIT */
/* run_frames: what the host says. */
#ifndef HOLDFAST_RUN_FRAMES_H
#define HOLDFAST_RUN_FRAMES_H

#include "run_state.h"

/* Reads frames of L (link or fresh) and acts on them, for one turn of the loop. */
void run_read(struct run *r, struct link *l);

#endif
