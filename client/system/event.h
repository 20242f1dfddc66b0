/* SPDX-License-Identifier: MIT */
/* event: a descriptor that one thread makes readable for another.  event_linux.c: eventfd(2); event_posix.c: a pipe. */
#ifndef HOLDFAST_EVENT_H
#define HOLDFAST_EVENT_H

struct event {
	int fd;  /* readable once it has been put */
	int put; /* the same, or the other end */
};

#define EVENT_NONE { -1, -1 }

/* Non-blocking.  0 or a negative errno; then *E is EVENT_NONE. */
int event_open(struct event *e);
/* From any thread, any number of times. */
void event_put(const struct event *e);
/* Makes it not readable. */
void event_take(const struct event *e);
void event_close(struct event *e);

#endif
