/* SPDX-License-Identifier: MIT */
/*
 * eventstore: the events (event.h) of each user on disk, in PATH_EVENTS:
 *
 *   events/<uid>     0644 in a directory of 0700, root's: a line an event, the latest one last
 *   events/host      events that are of no user
 *
 * The mode lets a user who has a descriptor of the own file (vouch.h) watch that by inotify(7); nobody else gets to it.
 * Only root processes write.  A file is bounded: EVENTSTORE_LINES, EVENTSTORE_BYTES, and EVENTSTORE_DAYS.  Where lines
 * have to go, the latest EVENTSTORE_EACH of each event stay, so that a user who causes thousands of one event does not
 * push out all others.
 *
 * Lines of a user whom no login names ("-": a uid of a container, perhaps) are kept only where the file exists: the
 * 65,536 uids that belong to one user do not become so many files.
 *
 * DIR is an open descriptor of PATH_EVENTS.  All functions return 0 or a negative errno, where nothing else is said.
 */
#ifndef HOLDFAST_EVENTSTORE_H
#define HOLDFAST_EVENTSTORE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "event.h"
#include "eventlist.h"

#define EVENTSTORE_LINES 512
#define EVENTSTORE_BYTES ((size_t)128 * 1024)
#define EVENTSTORE_DAYS 90
#define EVENTSTORE_EACH 16
#define EVENTSTORE_MODE 0644
#define EVENTSTORE_LOCK_MS 100 /* how long the lock on a user's events is waited for */

/* Opens PATH_EVENTS if it is there and root's alone: a descriptor. */
int eventstore_open(void);
/* Adds E to the events of the user in its field "uid", or of none. */
int eventstore_add(int dir, const struct event *e);
/* Adds the events in DIR/NAME since SINCE_MS to *L; without a file: none. */
int eventstore_read(int dir, const char *name, uint64_t since_ms, struct eventlist *l);
/* Adds those in the open file FD, from its start: also -EAGAIN, when it has been replaced meanwhile. */
int eventstore_read_fd(int fd, uint64_t since_ms, struct eventlist *l);
/*
 * Calls EACH for the name of each file in DIR, which may be another directory of such files, until a call returns other
 * than 0: that.
 */
int eventstore_each(int dir, int (*each)(int dir, const char *name, uint64_t ms, struct eventlist *l), uint64_t ms,
                    struct eventlist *l);
/* Adds those of all files, and of no user. */
int eventstore_read_all(int dir, uint64_t since_ms, struct eventlist *l);
/* Once a day: removes what is too old at NOW_MS, also in the files of users to whom nothing happens any more. */
void eventstore_sweep(int dir, uint64_t now_ms);

#endif
