/* SPDX-License-Identifier: MIT */
/*
 * helper: one login's conversation (common/vouch.h): checks ticket and caller, answers with the login's facts, and
 * goes on as leader when a session is asked for.
 */
#ifndef HOLDFAST_HELPER_H
#define HOLDFAST_HELPER_H

#include <stdbool.h>

/*
 * Serves CONN in a process of its own, just forked from holdfastd; everything that was inherited is cleaned away
 * first.  SLOT is the pipe that tells holdfastd when we no longer count, and by a byte that the login was refused.
 * Takes both over.  QUIET: log no refusal, there are too many.  The process' exit status.
 */
int helper_run(int conn, int slot, bool quiet);

#endif
