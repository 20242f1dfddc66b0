/* SPDX-License-Identifier: MIT */
/* elevated: whether another user's shell or program is in front in a session: sudo -i, su. */
#ifndef HOLDFAST_ELEVATED_H
#define HOLDFAST_ELEVATED_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the process group in front of the pty MASTER, or one of the processes between it and the session's SHELL,
 * has ids that are not all the user's.  A process that the keeper can't look at counts as the user's.
 */
bool elevated_front(int master, pid_t shell);

#endif
