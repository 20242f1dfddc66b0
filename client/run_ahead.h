/* SPDX-License-Identifier: MIT */
/*
 * run_ahead: the input of a command goes behind its ATTACH_AHEAD, without waiting for the answer, as ssh's input
 * follows its request: a round trip less.
 *
 * It goes only to an account that took such input in the last day, once it is known that the host has let us in, and
 * it is kept like all input until the host acknowledges it: a keeper that does not know INPUT_AHEAD gets it again, and
 * so does a plain ssh that takes over.
 */
#ifndef HOLDFAST_RUN_AHEAD_H
#define HOLDFAST_RUN_AHEAD_H

#include "run_state.h"

/* Whether the account took input ahead in the last day. */
bool run_ahead_known(const struct run *r);
/* ATTACH has been sent over L: whether input follows it. */
void run_ahead_begin(struct run *r, struct link *l);
/* Whether standard input is read for that. */
bool run_ahead_reads(const struct run *r);
/* Sends what has been read. */
void run_ahead_pump(struct run *r);
/* ATTACHED has come: what it said of that is remembered. */
void run_ahead_remember(const struct run *r);
/* A plain ssh takes over: *F gets what has been read. */
void run_ahead_hand_over(struct run *r, struct fallback *f);

#endif
