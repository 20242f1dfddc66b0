/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "clock.h"

void
loop_begin(struct loop *l)
{
	l->count = 0;
	l->deadline = CLOCK_NEVER;
}

void
loop_add(struct loop *l, int fd, short events, loop_handler *handler, void *object)
{
	if (fd < 0 || l->count == LOOP_MAX)
		return;
	l->fds[l->count] = (struct pollfd){ .fd = fd, .events = events };
	l->handler[l->count] = handler;
	l->object[l->count] = object;
	l->count++;
}

void
loop_until(struct loop *l, uint64_t when)
{
	if (when < l->deadline)
		l->deadline = when;
}

int
loop_wait(struct loop *l)
{
	struct timespec ts, *timeout = NULL;
	int n;

	if (l->deadline != CLOCK_NEVER) {
		uint64_t now = clock_now_ms(), left = l->deadline > now ? l->deadline - now : 0;

		ts = (struct timespec){ .tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000 };
		timeout = &ts;
	}
	n = ppoll(l->fds, l->count, timeout, NULL);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (unsigned i = 0; n > 0 && i < l->count; i++)
		if (l->fds[i].revents) {
			l->handler[i](l->object[i], l->fds[i].revents);
			n--;
		}
	return 0;
}
