/* SPDX-License-Identifier: MIT */
/*
 * facts: tells the leader what the session is, where the host belongs to a pool of login nodes (LEADERMSG_FACTS).  A
 * keeper whose leader has not asked does nothing.
 */
#ifndef HOLDFAST_FACTS_H
#define HOLDFAST_FACTS_H

#include "state.h"

/* The leader asks for them, now and from now on. */
void facts_wanted(struct keeper *k, const struct leadermsg_tell *m);
/* Once a turn: sends them if one has come or gone since, or the name is another one. */
void facts_turn(struct keeper *k);

#endif
