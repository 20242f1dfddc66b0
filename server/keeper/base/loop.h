/* SPDX-License-Identifier: MIT */
/*
 * loop: one ppoll(2) for everything a keeper waits for.
 *
 * The set is put together anew before each wait (there are a handful of descriptors), so there is nothing to keep in
 * step.  A handler may be called for an object that an earlier handler of the same turn has marked as gone:
 * objects stay allocated until the turn is over.
 */
#ifndef HOLDFAST_LOOP_H
#define HOLDFAST_LOOP_H

#include <poll.h>
#include <stdint.h>

#define LOOP_MAX 256

typedef void loop_handler(void *object, short revents);

struct loop {
	struct pollfd fds[LOOP_MAX];
	loop_handler *handler[LOOP_MAX];
	void *object[LOOP_MAX];
	unsigned count;
	uint64_t deadline; /* clock_now_ms() at which to come back at the latest; CLOCK_NEVER */
};

/* Empties the set. */
void loop_begin(struct loop *l);
/* POLLHUP and POLLERR are reported also when EVENTS is 0.  A negative FD or a full set is passed over. */
void loop_add(struct loop *l, int fd, short events, loop_handler *handler, void *object);
/* Come back no later than at WHEN (clock_now_ms()). */
void loop_until(struct loop *l, uint64_t when);
/* Waits and calls the handlers: 0, or a negative errno other than -EINTR. */
int loop_wait(struct loop *l);

#endif
