/* SPDX-License-Identifier: MIT */
#include "tcptune.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* All of these are only for the better. */
static void
set(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

void
tcptune_user_timeout(int fd, unsigned ms)
{
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)ms);
}

void
tcptune_keepalive(int fd, int idle, int interval, int count)
{
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, count);
}

void
tcptune_unsent(int fd, unsigned bytes)
{
	set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, (int)bytes);
}

void
tcptune_acknowledge(int fd)
{
	set(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

long
tcptune_quiet(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof info;

	memset(&info, 0, sizeof info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return -1;
	return (long)info.tcpi_last_data_recv;
}

int
tcptune_interface(int fd, const char *name)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) < 0 ? -errno : 0;
}
