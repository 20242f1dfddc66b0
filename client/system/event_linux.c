/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "fd.h"

int
event_open(struct event *e)
{
	e->fd = e->put = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return e->fd < 0 ? -errno : 0;
}

void
event_put(const struct event *e)
{
	(void)eventfd_write(e->put, 1);
}

void
event_take(const struct event *e)
{
	eventfd_t count;

	(void)eventfd_read(e->fd, &count);
}

void
event_close(struct event *e)
{
	fd_close(&e->fd);
	e->put = -1;
}
