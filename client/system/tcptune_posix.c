/* SPDX-License-Identifier: MIT */
#include "tcptune.h"

#include <errno.h>
#include <sys/socket.h>

void
tcptune_user_timeout(int fd, unsigned ms)
{
	(void)fd;
	(void)ms;
}

/* When, is the system's affair. */
void
tcptune_keepalive(int fd, int idle, int interval, int count)
{
	const int yes = 1;

	(void)idle;
	(void)interval;
	(void)count;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
}

void
tcptune_unsent(int fd, unsigned bytes)
{
	(void)fd;
	(void)bytes;
}

void
tcptune_acknowledge(int fd)
{
	(void)fd;
}

long
tcptune_quiet(int fd)
{
	(void)fd;
	return -1;
}

int
tcptune_interface(int fd, const char *name)
{
	(void)fd;
	(void)name;
	return -ENOTSUP;
}
