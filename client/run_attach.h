/* SPDX-License-Identifier: MIT */
/* run_attach: asks the host for the session: a new one, one by name, or the one that this was. */
#ifndef HOLDFAST_RUN_ATTACH_H
#define HOLDFAST_RUN_ATTACH_H

#include "run_state.h"

/* Sends ATTACH over L, which is READY or not yet. */
void run_attach(struct run *r, struct link *l);

#endif
