/* SPDX-License-Identifier: MIT */
/* enter_fill: fills in the claim of a login. */
#ifndef HOLDFAST_ENTER_FILL_H
#define HOLDFAST_ENTER_FILL_H

#include "enter_private.h"

/* Opens the terminal anew, so that O_NONBLOCK on it never reaches the login's own shell.  0 or a negative errno. */
int enter_open_terminal(struct enter *e);
/*
 * Adds the environment to the claim: this process', or for a hook the initial one of its shell, and the variables of
 * a framed client, without those that the keeper must not get.  0; -ENOMEM; for a hook also -E2BIG, or another
 * negative errno: cannot examine the shell.
 */
int enter_fill_claim(struct enter *e);
/* Adds what the terminal can do, once.  That takes a process, which a login to another node of the pool is spared. */
void enter_fill_target(struct enter *e);

#endif
