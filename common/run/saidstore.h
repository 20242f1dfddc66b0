/* SPDX-License-Identifier: MIT */
/*
 * saidstore: what processes of each user have said of logins that were not held (VOUCH_OP_SAY), as events (event.h) in
 * PATH_SAID:
 *
 *   said/<uid>     0644 in a directory of 0700, root's: a line an event, the latest one last
 *
 * It is apart from the events that root processes have seen (eventstore.h), so that nothing a user says pushes one of
 * those out; and each user has a file of the own.  The latest SAIDSTORE_LINES stay, for EVENTSTORE_DAYS (endsweep.h).
 * SAIDSTORE_BURST lines are taken within SAIDSTORE_BURST_MS, and no more.
 *
 * DIR is an open descriptor of PATH_SAID.  All functions return 0 or a negative errno.
 */
#ifndef HOLDFAST_SAIDSTORE_H
#define HOLDFAST_SAIDSTORE_H

#include <stdint.h>
#include <sys/types.h>

#include "event.h"
#include "eventlist.h"

#define SAIDSTORE_LINES 64
#define SAIDSTORE_BYTES ((size_t)32 * 1024)
#define SAIDSTORE_BURST 16
#define SAIDSTORE_BURST_MS 60000

/* Opens PATH_SAID if it is there and root's alone: a descriptor. */
int saidstore_open(void);
/* Adds E to what UID has said: -EBUSY: UID says too much. */
int saidstore_add(int dir, uid_t uid, const struct event *e);
/* Adds the events in DIR/NAME since SINCE_MS to *L; without a file: none. */
int saidstore_read(int dir, const char *name, uint64_t since_ms, struct eventlist *l);
/* Adds those of all users. */
int saidstore_read_all(int dir, uint64_t since_ms, struct eventlist *l);
/* Adds those in the open file FD, from its start: also -EAGAIN, when it has been replaced meanwhile. */
int saidstore_read_fd(int fd, uint64_t since_ms, struct eventlist *l);

#endif
