/* SPDX-License-Identifier: MIT */
/* enter_fill: what a login sends with its claim. */
#ifndef HOLDFAST_ENTER_FILL_H
#define HOLDFAST_ENTER_FILL_H

#include "enter_private.h"

/* Opens the terminal anew, so that O_NONBLOCK on it never reaches the login's own shell.  0 or a negative errno. */
int enter_open_terminal(struct enter *e);
/*
 * What of our environment, or of what the hook's shell began with, and of what a framed client has said, the keeper may
 * have.  0; -ENOMEM; a hook's also -E2BIG, or another negative errno when the shell can't be looked at.
 */
int enter_fill_claim(struct enter *e);

#endif
