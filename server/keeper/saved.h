/* SPDX-License-Identifier: MIT */
/*
 * saved: the facts of a session in its memory (base/vital.h): written at the end of each turn, and read by a keeper
 * that takes the place of one that died.
 */
#ifndef HOLDFAST_SAVED_H
#define HOLDFAST_SAVED_H

#include "state.h"

/*
 * Opens the session's memory k->memory (taken over; -1: the keeper makes it, or does without), before the source is
 * opened.  IO, an open /proc/self/io, stays the caller's.  With k->again it has a state; one that can't be believed is
 * not taken, and k->again_blank says so.  0 or a negative errno.
 */
int saved_open(struct keeper *k, int io);
/* With k->again, when the source is open: takes over the facts. */
void saved_restore(struct keeper *k);
/* At the end of a turn. */
void saved_write(struct keeper *k);

#endif
