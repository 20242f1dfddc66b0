/* SPDX-License-Identifier: MIT */
/*
 * expiry: what ends a session that nobody comes back to: DetachedTimeout, and IdleShellTimeout for one whose shell is
 * at its prompt with nothing else going on.
 *
 * There is one deadline, and only while the session is dropped.  Whether the shell is idle is looked at when that time
 * is over, and no sooner; if it is not, again after the same time.
 */
#ifndef HOLDFAST_EXPIRY_H
#define HOLDFAST_EXPIRY_H

#include <stdint.h>

#include "state.h"

/* When something is due, on clock_now_ms(); CLOCK_NEVER. */
uint64_t expiry_due(const struct keeper *k);
/* Ends the session if its time is over. */
void expiry_turn(struct keeper *k);
/* For how many seconds nobody has been attached; -1: somebody is, or is about to be. */
int64_t expiry_away_s(const struct keeper *k);

#endif
