/* SPDX-License-Identifier: MIT */
/*
 * helper: one login's conversation (common/messages/vouch.h): checks ticket and caller, answers with the login's facts, and
 * becomes the leader if the login asks for a session.
 */
#ifndef HOLDFAST_HELPER_H
#define HOLDFAST_HELPER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Serves CONN in a process of its own, just forked from holdfastd, after it has removed inherited state.  SLOT is a
 * pipe: its end tells holdfastd that this helper's slot is free, and a byte in it that the login was refused.  Takes
 * both over. QUIET: log no refusal, because there are too many.  ASKED_MS: when the caller connected, on clock_now_ms().  Returns the process' exit status.
 */
int helper_run(int conn, int slot, bool quiet, uint64_t asked_ms);

#endif
