/* SPDX-License-Identifier: MIT */
/*
 * expiry: ends a session that no login resumes: after DetachedTimeout, and after IdleShellTimeout if its shell is at
 * its prompt and runs nothing else.  A command whose client has closed its output and left for good is let go soon: the
 * session is over, and the command runs on without it, as it would under sshd.
 *
 * There is one deadline, and only while the session is dropped.  When that time is over, and no sooner, expiry looks
 * whether the shell is idle; if the shell is not, expiry looks again after the same time.
 */
#ifndef HOLDFAST_EXPIRY_H
#define HOLDFAST_EXPIRY_H

#include <stdint.h>

#include "attach.h"
#include "state.h"

/* When something is due, on clock_now_ms(); CLOCK_NEVER. */
uint64_t expiry_due(const struct keeper *k);
/* Ends the session if its time is over. */
void expiry_turn(struct keeper *k);
/* Fills in when the session ends if no login resumes it. */
void expiry_tell(const struct keeper *k, struct attach_status *s);
/* For how many seconds the session has had no attachment; -1: it has one, or a claim is open. */
int64_t expiry_away_s(const struct keeper *k);

#endif
