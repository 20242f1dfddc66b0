/* SPDX-License-Identifier: MIT */
/*
 * run: one session (or, with -N, one connection for forwards alone) from the first connection to its end, through
 * all cuts: the poll loop of the client.
 */
#ifndef HOLDFAST_RUN_H
#define HOLDFAST_RUN_H

#include "asking.h"
#include "fallback.h"
#include "options.h"
#include "target.h"

/*
 * The exit status of the program.  FALLBACK->wanted: nothing was started, because the host has no holdfast or cannot
 * hold the session, and a plain ssh is to take over.  ERRORS is where a command's standard error goes.
 * ATTACHED is called once, when the first connection stands: -f.
 */
int run_session(const struct options *o, struct transport_target *target, struct asking *asking, int errors,
                void (*attached)(void), struct fallback *fallback);

#endif
