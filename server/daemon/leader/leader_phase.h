/* SPDX-License-Identifier: MIT */
/*
 * leader_phase: the state of a session as its leader sees it (enum leader_state), and how the leader goes from one to
 * the next.
 */
#ifndef HOLDFAST_LEADER_PHASE_H
#define HOLDFAST_LEADER_PHASE_H

#include "leader.h"

#define LEADER_PHASE_START_MS 60000 /* a login that neither confirms nor closes */

/* Whether the user's program has been started. */
bool leader_phase_started(const struct leader *l);
/* L is in STATE from now on, for TIMEOUT_MS at most; 0: without a limit. */
void leader_phase_enter(struct leader *l, enum leader_state state, uint64_t timeout_ms);
/* Ends the keeper, if it lives. */
void leader_phase_kill(struct leader *l);
/* Nothing of the user's has run: the keeper is to go, and is made to if it doesn't. */
void leader_phase_undo(struct leader *l);

#endif
