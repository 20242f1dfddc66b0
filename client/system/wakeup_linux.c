/* SPDX-License-Identifier: MIT */
#include "wakeup.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "fd.h"

int
wakeup_open(struct wakeup *e)
{
	e->fd = e->put = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return e->fd < 0 ? -errno : 0;
}

void
wakeup_put(const struct wakeup *e)
{
	(void)eventfd_write(e->put, 1);
}

void
wakeup_take(const struct wakeup *e)
{
	eventfd_t count;

	(void)eventfd_read(e->fd, &count);
}

void
wakeup_close(struct wakeup *e)
{
	fd_close(&e->fd);
	e->put = -1;
}
