/* SPDX-License-Identifier: MIT */
/* run_attach: asks the host for the session: a new one, one by name, or the one that this was. */
#ifndef HOLDFAST_RUN_ATTACH_H
#define HOLDFAST_RUN_ATTACH_H

#include "run_state.h"

/*
 * ATTACH for a link that is about to be opened, where the host may take it before the channel takes bytes: a command
 * for an account that is known to (run_ahead.h).  NULL: none; good until the next call.
 */
const struct link_first *run_attach_first(struct run *r);
/* Sends ATTACH over L, which is READY or not yet. */
void run_attach(struct run *r, struct link *l);

#endif
