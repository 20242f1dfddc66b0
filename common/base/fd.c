/* SPDX-License-Identifier: MIT */
#include "fd.h"

#include <errno.h>
#include <unistd.h>

static struct fd_sums unseen;
static struct fd_sums *sums = &unseen;

void
fd_sum_into(struct fd_sums *to)
{
	sums = to ? to : &unseen;
}

ssize_t
fd_read(int fd, void *buf, size_t len)
{
	ssize_t n = read(fd, buf, len);

	sums->read += n > 0 ? (uint64_t)n : 0;
	return n;
}

ssize_t
fd_write(int fd, const void *buf, size_t len)
{
	ssize_t n = write(fd, buf, len);

	sums->written += n > 0 ? (uint64_t)n : 0;
	return n;
}

ssize_t
fd_writev(int fd, const struct iovec *v, int count)
{
	ssize_t n = writev(fd, v, count);

	sums->written += n > 0 ? (uint64_t)n : 0;
	return n;
}

void
fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = fd_write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
