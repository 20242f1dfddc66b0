/* SPDX-License-Identifier: MIT */
/*
 * facts: tells the leader what the session is, where the host belongs to a pool of login nodes (LEADERMSG_FACTS).  A
 * keeper whose leader has not asked does nothing.
 *
 * A login on another node cannot ask whether the connections of an attached session are alive (probe.h).  So this
 * keeper looks at those from which nothing has come for FACTS_SILENT_MS, so often, and tells once that they are dead,
 * and once that they are not.
 */
#ifndef HOLDFAST_FACTS_H
#define HOLDFAST_FACTS_H

#include "state.h"

#define FACTS_SILENT_MS 30000

/* The leader asks for them, now and from now on. */
void facts_wanted(struct keeper *k, const struct leadermsg_tell *m);
/* Once a turn: sends them if one has come, gone or fallen silent since, or the name is another one. */
void facts_turn(struct keeper *k);
void facts_watch(struct keeper *k, struct loop *l);

#endif
