/* SPDX-License-Identifier: MIT */
/*
 * pollset: many descriptors behind one that can be polled with others.  Each event is told once; pollset_again asks for
 * the next one.  pollset_linux.c: epoll(7); pollset_posix.c: a thread that calls poll(2).
 */
#ifndef HOLDFAST_POLLSET_H
#define HOLDFAST_POLLSET_H

#include <stddef.h>

#define POLLSET_READABLE 1u /* or at its end, or broken: a read tells */
#define POLLSET_WRITABLE 2u /* or broken */

struct pollset;

struct pollset_event {
	void *object;
	unsigned what; /* POLLSET_* */
};

struct pollset *pollset_new(void);
void pollset_free(struct pollset *p);
/* Readable while there are events. */
int pollset_fd(const struct pollset *p);
/* Watches FD for WHAT, for OBJECT: 0 or a negative errno. */
int pollset_add(struct pollset *p, int fd, unsigned what, void *object);
/* FD has given EAGAIN for WHAT: tells when that has changed. */
void pollset_again(struct pollset *p, int fd, unsigned what);
/* Before FD is closed. */
void pollset_remove(struct pollset *p, int fd);
/* Takes up to CAP events without waiting: how many. */
size_t pollset_take(struct pollset *p, struct pollset_event *v, size_t cap);

#endif
