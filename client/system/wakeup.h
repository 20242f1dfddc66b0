/* SPDX-License-Identifier: MIT */
/*
 * wakeup: a descriptor that one thread makes readable for another.  wakeup_linux.c: eventfd(2); wakeup_posix.c: a pipe.
 */
#ifndef HOLDFAST_WAKEUP_H
#define HOLDFAST_WAKEUP_H

struct wakeup {
	int fd;  /* readable once it has been put */
	int put; /* the same, or the other end */
};

#define WAKEUP_NONE { -1, -1 }

/* Non-blocking.  0 or a negative errno; then *E is WAKEUP_NONE. */
int wakeup_open(struct wakeup *e);
/* From any thread, any number of times. */
void wakeup_put(const struct wakeup *e);
/* Makes it not readable. */
void wakeup_take(const struct wakeup *e);
void wakeup_close(struct wakeup *e);

#endif
