/* SPDX-License-Identifier: MIT */
/* run_finish: carries out the end that handlers have asked for (run_end.h): last frames, the terminal, last words. */
#ifndef HOLDFAST_RUN_FINISH_H
#define HOLDFAST_RUN_FINISH_H

#include <stdint.h>

#include "run_state.h"

/* After EXIT: tells the host that everything has been passed on; done when the host knows. */
void run_exit(struct run *r, uint64_t now);
/*
 * When the loop is done: puts the terminal back and says the last words; asks whether there is to be a new session.
 * Not when another session follows: the terminal stays raw for it.
 */
void run_settle(struct run *r);

#endif
