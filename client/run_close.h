/* SPDX-License-Identifier: MIT */
/*
 * run_close: what the host is told of the ends that ssh would tell it too: nothing reads a command's output here any
 * more, and this client goes for good.  Under sshd the command then gets SIGPIPE at its next write, and the end of its
 * input; so it does here.  A cut tells nothing of that: the command goes on, and the client comes back.
 */
#ifndef HOLDFAST_RUN_CLOSE_H
#define HOLDFAST_RUN_CLOSE_H

#include "run_state.h"

/* Whether the host may have been asked for a command or shell by the connection that is on its way. */
bool run_asked(const struct run *r);
/* Once a turn: tells the host that standard output can't be written any more, over each connection once. */
void run_close_output(struct run *r);
/*
 * Ends a command and leaves, as ssh does after SIGTERM; the loop goes on until the host has answered, or for half a
 * second.  False, with nothing done: the session is a terminal, or has been asked for by name and so is to go on; the
 * host can't be reached; or its keeper is of a version that can't be told.
 */
bool run_close(struct run *r);
/* The host has answered, or the time is over. */
void run_closed(struct run *r);

#endif
