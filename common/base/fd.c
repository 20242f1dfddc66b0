/* SPDX-License-Identifier: MIT */
#include "fd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fd_sums unseen;
static struct fd_sums *sums = &unseen;

void
fd_sum_into(struct fd_sums *to)
{
	sums = to ? to : &unseen;
}

/* The number behind KEY in TEXT. */
static int
number_of(const char *text, const char *key, uint64_t *out)
{
	const char *p = strstr(text, key);

	if (!p)
		return -EBADMSG;
	*out = strtoull(p + strlen(key), NULL, 10);
	return 0;
}

int
fd_sums_parse(struct fd_sums *out, const char *text)
{
	struct fd_sums got;
	int rc = number_of(text, "rchar: ", &got.read);

	if (!rc)
		rc = number_of(text, "wchar: ", &got.written);
	if (!rc)
		*out = got;
	return rc;
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
