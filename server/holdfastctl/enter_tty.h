/* SPDX-License-Identifier: MIT */
/* enter_tty: enters a session with the terminal on standard input, for attach and new outside of a held shell. */
#ifndef HOLDFAST_ENTER_TTY_H
#define HOLDFAST_ENTER_TTY_H

#include "enter.h"

/*
 * Fills in the terminal and the ticket of Q, enters the session, and prints the result.  Returns the exit status: the
 * shell's (128 and the signal if one ended it), 0 after a detach, or one of enum ctl_exit.
 */
int enter_tty(struct enter_request *q);

#endif
