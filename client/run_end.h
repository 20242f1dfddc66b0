/* SPDX-License-Identifier: MIT */
/* run_end: how handlers say that the session is to end.  They only say so; the loop does it, see run_finish.h. */
#ifndef HOLDFAST_RUN_END_H
#define HOLDFAST_RUN_END_H

#include "run_state.h"

/* Ends with STATUS; FORMAT, if not NULL, is said after the terminal has been put back.  The first one counts. */
void run_end(struct run *r, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Leaves a session that goes on: WHY begins the sentence, and how to come back follows. */
void run_leave(struct run *r, int status, const char *why);

#endif
