/* SPDX-License-Identifier: MIT */
/*
 * child_asks: whether a child has the terminal open to ask something there.
 *
 * ssh and its like open /dev/tty for a question and close it with the answer; what they inherited has another name
 * (/dev/pts/…).  A ProxyJump's question is asked by a child of the child.
 *
 * child_asks_linux.c looks into /proc; child_asks_posix.c guesses.
 */
#ifndef HOLDFAST_CHILD_ASKS_H
#define HOLDFAST_CHILD_ASKS_H

#include <stdbool.h>

#include "child.h"

/* How often to look while a child connects. */
#define CHILD_ASKS_MS 100
/* Whether it, or a child of its own, has /dev/tty open: to ask something. */
bool child_asks(const struct child *c);

#endif
