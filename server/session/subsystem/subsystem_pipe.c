/* SPDX-License-Identifier: MIT */
#include "subsystem_pipe.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int
subsystem_pipe_read(int fd, unsigned char *p, size_t len)
{
	while (len) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
		else if (n == 0 || (n < 0 && errno != EINTR))
			return -EPIPE;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int
subsystem_pipe_write(int fd, const unsigned char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -EPIPE;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}
