/* SPDX-License-Identifier: MIT */
/*
 * keeptext: KeepText of holdfast.conf: the last screen of a session as text, in the user's own directory (keptdir.h),
 * one file a session, 0600, named by the session's unique id.  `holdfastctl last ID` shows it.
 *
 * It is written at the end of the session, and while the session is dropped, for a crash of the host: KEEPTEXT_MS after
 * output that came since the last time.  Without output there is no timer.  A process of its own writes, for a home
 * directory can hang; it has none of the keeper's descriptors.
 */
#ifndef HOLDFAST_KEEPTEXT_H
#define HOLDFAST_KEEPTEXT_H

#include "state.h"

#define KEEPTEXT_MS 60000
#define KEEPTEXT_FIRST_MS 1000 /* after a drop */
#define KEEPTEXT_FILES 20      /* the oldest ones go */

/* The leader says whether, and as what. */
void keeptext_rule(struct keeper *k, const struct leadermsg_keep *m);
void keeptext_watch(const struct keeper *k, struct loop *l);
/* Once a turn. */
void keeptext_turn(struct keeper *k);
/* The session is over. */
void keeptext_end(struct keeper *k);

#endif
