/* SPDX-License-Identifier: MIT */
/*
 * leader_loop: waits for what comes from a session's keepers, from its shell, and from the login that wants the session
 * (leader_messages.h, leader_phase.h), until the session is over.
 */
#ifndef HOLDFAST_LEADER_LOOP_H
#define HOLDFAST_LEADER_LOOP_H

#include "leader.h"

/* Runs until the session is over.  ERROR is not 0 when it is to end at once, and the login knows. */
void leader_loop(struct leader *l, int error);
/* Closes what *L owns. */
void leader_close(struct leader *l);

#endif
