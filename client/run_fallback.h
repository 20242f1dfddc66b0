/* SPDX-License-Identifier: MIT */
/* run_fallback: whether a session that the host does not hold becomes a plain one. */
#ifndef HOLDFAST_RUN_FALLBACK_H
#define HOLDFAST_RUN_FALLBACK_H

#include "run_state.h"

/*
 * The host cannot hold the session, and nothing has been started: a plain one takes over, or the client ends with WHY
 * where only a held one is wanted.
 */
void run_fall_back(struct run *r, const char *why);
/* The same after an answer of the host's holdfast. */
void run_refused(struct run *r, const char *why);
/* The host has no holdfast: the same, and that is remembered for a day. */
void run_has_none(struct run *r);
/* Whether that was found out in the last day, and a plain session takes over now. */
bool run_had_none(struct run *r);
/* It has one: what was remembered is forgotten. */
void run_has_one(struct run *r);
/* Whether L, which has failed, had logged in, and cannot have started a command: then a plain one can take over. */
bool run_may_fall_back(const struct run *r, const struct link *l);

#endif
