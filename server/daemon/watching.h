/* SPDX-License-Identifier: MIT */
/*
 * watching: notices the removal of files that holdfastd has made in HOLDFAST_RUNDIR, or of the directory, without
 * polling. It uses one instance of inotify(7) per host; leaders watch their own sessions (leader_dir.h).
 */
#ifndef HOLDFAST_WATCHING_H
#define HOLDFAST_WATCHING_H

#include <stdint.h>

struct watching {
	int fd;          /* inotify; -1: none, and removals go unnoticed */
	uint64_t due_ms; /* clock_now_ms(): the time to restore removed files; 0: none removed */
};

#define WATCHING_INIT { .fd = -1 }

/* Starts watching; HOLDFAST_RUNDIR must exist. */
void watching_open(struct watching *w);
/* Reads W->fd and sets due_ms. */
void watching_read(struct watching *w);
/* The files were restored: goes on with the present directory. */
void watching_again(struct watching *w);

#endif
