/* SPDX-License-Identifier: MIT */
/*
 * watching: tells when somebody removes what holdfastd has made in HOLDFAST_RUNDIR, the directory itself included.  Nothing
 * is asked for meanwhile.  One instance of inotify(7) a host: sessions are watched by their leaders (leader_place.h).
 */
#ifndef HOLDFAST_WATCHING_H
#define HOLDFAST_WATCHING_H

#include <stdint.h>

struct watching {
	int fd;          /* inotify; -1: there is none, and nothing is noticed */
	uint64_t due_ms; /* clock_now_ms(): something was removed, and is to be made anew then; 0: nothing was */
};

#define WATCHING_INIT { .fd = -1 }

/* Begins; HOLDFAST_RUNDIR is there. */
void watching_open(struct watching *w);
/* W->fd can be read: sets due_ms. */
void watching_read(struct watching *w);
/* What was due has been done: goes on, with the directory that is there now. */
void watching_again(struct watching *w);

#endif
