/* SPDX-License-Identifier: MIT */
/*
 * leader_loop: a leader's conversation with its keeper and with the login that wants the session, from READY to the
 * keeper's end, as a table of state and message.
 */
#ifndef HOLDFAST_LEADER_LOOP_H
#define HOLDFAST_LEADER_LOOP_H

#include "leader.h"

/* Runs until the keeper's process has ended.  ERROR is not 0 when it is to end at once, and the login knows. */
void leader_loop(struct leader *l, int error);
/* Closes what *L owns. */
void leader_close(struct leader *l);

#endif
