/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define PARTS 4 /* of a field: its name, a newline and the length, the value, a newline */

const struct journal_place journal_host = {
	.devlog = "/dev/log", .journald = "/run/systemd/journal/dev-log", .sock = "/run/systemd/journal/socket",
};

static bool
is_journalds(const struct journal_place *place)
{
	char link[PATH_MAX];
	ssize_t n = readlink(place->devlog, link, sizeof link);

	return n > 0 && (size_t)n == strlen(place->journald) && memcmp(link, place->journald, (size_t)n) == 0;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof sa.sun_path)
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa) == 0)
		return fd;
	err = errno;
	close(fd);
	return -err;
}

/* One attempt, and another one when there is room within WAIT_MS. */
static int
send_within(int fd, const struct msghdr *mh, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (sendmsg(fd, mh, MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno != EAGAIN || poll(&p, 1, wait_ms) <= 0)
		return -errno;
	return sendmsg(fd, mh, MSG_NOSIGNAL) >= 0 ? 0 : -errno;
}

/* "\n" and the length, as 64 bits, the lowest byte first. */
static void
put_length(unsigned char out[9], size_t len)
{
	uint64_t v = len;

	out[0] = '\n';
	for (int i = 1; i <= 8; i++, v >>= 8)
		out[i] = (unsigned char)v;
}

static struct iovec
part(const void *bytes, size_t len)
{
	return (struct iovec){ (void *)(uintptr_t)bytes, len };
}

int
journal_send(const struct journal_place *place, const struct journal_field *v, size_t count)
{
	static bool deaf; /* it did not read the entry before: nobody waits for it again */
	unsigned char lengths[JOURNAL_FIELDS][9];
	struct iovec iov[JOURNAL_FIELDS * PARTS];
	struct msghdr mh = { .msg_iov = iov };
	int fd, rc;

	if (count > JOURNAL_FIELDS)
		return -E2BIG;
	if (!is_journalds(place))
		return -ENOENT;
	fd = connect_to(place->sock);
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < count; i++) {
		put_length(lengths[i], v[i].len);
		iov[i * PARTS] = part(v[i].name, strlen(v[i].name));
		iov[i * PARTS + 1] = part(lengths[i], sizeof lengths[i]);
		iov[i * PARTS + 2] = part(v[i].value, v[i].len);
		iov[i * PARTS + 3] = part("\n", 1);
	}
	mh.msg_iovlen = count * PARTS;
	rc = send_within(fd, &mh, deaf ? 0 : JOURNAL_WAIT_MS);
	deaf = rc == -EAGAIN;
	close(fd);
	return rc;
}
