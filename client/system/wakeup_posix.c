/* SPDX-License-Identifier: MIT */
#include "wakeup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"
#include "newfd.h"

int
wakeup_open(struct wakeup *e)
{
	int fd[2], err;

	*e = (struct wakeup)WAKEUP_NONE;
	if (newfd_pipe(fd) < 0)
		return -errno;
	if (fcntl(fd[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(fd[1], F_SETFL, O_NONBLOCK) < 0) {
		err = errno;
		close(fd[0]);
		close(fd[1]);
		return -err;
	}
	*e = (struct wakeup){ fd[0], fd[1] };
	return 0;
}

/* A pipe that is full is readable, too. */
void
wakeup_put(const struct wakeup *e)
{
	while (write(e->put, "", 1) < 0 && errno == EINTR)
		;
}

void
wakeup_take(const struct wakeup *e)
{
	char some[256];
	ssize_t n;

	do
		n = read(e->fd, some, sizeof some);
	while (n == (ssize_t)sizeof some || (n < 0 && errno == EINTR));
}

void
wakeup_close(struct wakeup *e)
{
	fd_close(&e->fd);
	fd_close(&e->put);
}
