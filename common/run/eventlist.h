/* SPDX-License-Identifier: MIT */
/* eventlist: many events as the lines of the store that they came in, sorted by time; one at a time is parsed. */
#ifndef HOLDFAST_EVENTLIST_H
#define HOLDFAST_EVENTLIST_H

#include <stddef.h>
#include <stdint.h>

#include "event.h"

struct eventlist {
	struct eventlist_one {
		uint64_t time_ms, seq;
		const char *line; /* without its newline */
		size_t len;
	} *v; /* owned */
	size_t count;
	char **texts; /* owned, with what the lines point into */
	size_t text_count;
};

#define EVENTLIST_INIT { .v = NULL }

/*
 * Adds the lines in the LEN bytes at TEXT, which it takes over (free(3)): those of SINCE_MS and later.  A line that
 * does not begin with its time and number, or has no newline, is left out; eventlist_get() finds other damage.  0 or
 * -ENOMEM.
 */
int eventlist_take(struct eventlist *l, char *text, size_t len, uint64_t since_ms);
/*
 * Adds those of the file DIR/NAME (userfile.h), of CAP bytes at most; without a file: none.  0 or a negative errno.
 */
int eventlist_read(struct eventlist *l, int dir, const char *name, size_t cap, uint64_t since_ms);
/* The same of the open file FD, from its start: also -EAGAIN, when it has been replaced meanwhile. */
int eventlist_read_fd(struct eventlist *l, int fd, size_t cap, uint64_t since_ms);
/* The earliest first; what is of the same millisecond stays in its order. */
void eventlist_sort(struct eventlist *l);
/* The event I into *E: 0 or -EBADMSG. */
int eventlist_get(const struct eventlist *l, size_t i, struct event *e);
void eventlist_free(struct eventlist *l);

#endif
