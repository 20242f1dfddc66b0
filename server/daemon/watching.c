/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "clock.h"

#define EVENTS (IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define DUE_MS 250 /* from the first removal: "rm -r" takes its time */

void
watching_again(struct watching *w)
{
	w->due_ms = 0;
	if (w->fd >= 0)
		inotify_add_watch(w->fd, HOLDFAST_RUNDIR, EVENTS);
}

void
watching_open(struct watching *w)
{
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watching_again(w);
}

void
watching_read(struct watching *w)
{
	char buf[4096] __attribute__((aligned(8)));

	/* Which of them it was makes no difference: a look at all of them is cheap. */
	while (read(w->fd, buf, sizeof buf) > 0)
		;
	if (!w->due_ms)
		w->due_ms = clock_now_ms() + DUE_MS;
}
