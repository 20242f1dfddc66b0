/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"
#include "newfd.h"

int
event_open(struct event *e)
{
	int fd[2], err;

	*e = (struct event)EVENT_NONE;
	if (newfd_pipe(fd) < 0)
		return -errno;
	if (fcntl(fd[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(fd[1], F_SETFL, O_NONBLOCK) < 0) {
		err = errno;
		close(fd[0]);
		close(fd[1]);
		return -err;
	}
	*e = (struct event){ fd[0], fd[1] };
	return 0;
}

/* A pipe that is full is readable, too. */
void
event_put(const struct event *e)
{
	while (write(e->put, "", 1) < 0 && errno == EINTR)
		;
}

void
event_take(const struct event *e)
{
	char some[256];
	ssize_t n;

	do
		n = read(e->fd, some, sizeof some);
	while (n == (ssize_t)sizeof some || (n < 0 && errno == EINTR));
}

void
event_close(struct event *e)
{
	fd_close(&e->fd);
	fd_close(&e->put);
}
