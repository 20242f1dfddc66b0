/* SPDX-License-Identifier: MIT */
/*
 * storing: puts events into the store (eventstore.h), whose disk may be full, slow, or frozen (fsfreeze(8)).
 *
 * A helper, a sweeper and a leader wait for the disk; the login has been answered before.  holdfastd itself, for which
 * all logins wait, never opens a file there: it keeps a few events in memory, and a short-lived child, one at a time,
 * stores them.  What comes while that child waits and the memory is full is in the log alone.
 */
#ifndef HOLDFAST_STORING_H
#define HOLDFAST_STORING_H

#include <stdbool.h>
#include <sys/types.h>

#include "event.h"

#define STORING_WAITING 64 /* events in memory */
#define STORING_SECONDS 30 /* a child that waits for a lock, or a network's disk, is ended */

/* This process, and none that it forks, stores by children from now on. */
void storing_by_children(void);
/* Stores E, or, in the process above, keeps it.  A failure costs a line in the log, one in ten minutes for all. */
void storing_put(const struct event *e);
/* For that process, once a turn: starts the child for what waits, unless there is one. */
void storing_turn(void);
/* Whether PID, a process that has ended, was that child. */
bool storing_ended(pid_t pid);

#endif
