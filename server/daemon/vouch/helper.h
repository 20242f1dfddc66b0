/* SPDX-License-Identifier: MIT */
/*
 * helper: one login's conversation (common/messages/vouch.h): checks ticket and caller, answers with the login's facts, and
 * becomes the leader if the login asks for a session.
 */
#ifndef HOLDFAST_HELPER_H
#define HOLDFAST_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "progress.h"

/*
 * Serves CONN in a process of its own, just forked from holdfastd, after it has removed inherited state.  SLOT is a
 * pipe: its end tells holdfastd that this helper's slot is free, and bytes in it more (refusal.h).  Takes both over.
 * QUIET: log no refusal, because there are too many.  PROGRESS: what holdfastd sees of it; may be NULL.  ASKED_MS: when
 * the caller connected, on clock_now_ms().  Returns the process' exit status.
 */
int helper_run(int conn, int slot, bool quiet, struct progress *progress, uint64_t asked_ms);

#endif
