/* SPDX-License-Identifier: MIT */
/*
 * run_recall: on a fast line nothing is shown early, and no model follows (run_predict.h).  What it would have been
 * told is noted instead (predict/recall.h), so that an outage finds it ready: from the first key on keys are shown.
 *
 * The model rests meanwhile.  It is told in one go what has been noted: when the line is away or slow, and on a fast
 * one once a minute in which keys were typed, or every 32 KiB; so no key is kept for longer.  Output of 64 KiB without
 * a key makes the state unknown.  The next key that is typed into silence then has the host asked for a rendering.
 */
#ifndef HOLDFAST_RUN_RECALL_H
#define HOLDFAST_RUN_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run_state.h"

/* ATTACHED has come: from now on it is noted, or not, as the host and the person make it possible. */
void run_recall_open(struct run *r);
/* The session's screen is blank now, or a rendering comes. */
void run_recall_begin(struct run *r, uint64_t now);
/* Whether all is noted. */
bool run_recall_knows(const struct run *r);

/* The functions of run_predict.h, while no model follows.  run_recall_keys(): whether they are noted. */
void run_recall_fed(struct run *r, const unsigned char *bytes, size_t len);
bool run_recall_keys(struct run *r, const unsigned char *bytes, size_t len, uint64_t offset, bool pasted);

/* The model follows from now on, if all is known. */
void run_recall_wake(struct run *r, uint64_t now);
/* It rests from now on, or goes on with that.  False: nothing is noted, and it has to go. */
bool run_recall_rest(struct run *r, uint64_t now);
/* Tells it what has been noted, where that is due; when that is, CLOCK_NEVER. */
void run_recall_tick(struct run *r, uint64_t now);
uint64_t run_recall_due(const struct run *r);

#endif
