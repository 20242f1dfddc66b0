/* SPDX-License-Identifier: MIT */
#include "daemonsock.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hostfile.h"
#include "paths.h"

/* A connection, or a negative errno. */
static int
reach(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, rc = hostfile_path(sa.sun_path, sizeof sa.sun_path, PATH_DAEMON_SOCK);

	if (rc)
		return rc;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

int
daemonsock_ask(void)
{
	int fd = reach();

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

bool
daemonsock_answers(int timeout_ms)
{
	struct pollfd p = { .fd = reach(), .events = POLLIN };
	bool answers = p.fd >= 0 && poll(&p, 1, timeout_ms) > 0 && (p.revents & POLLIN);

	if (p.fd >= 0)
		close(p.fd);
	return answers;
}

int
daemonsock_remove_dead(void)
{
	struct sockaddr_un sa;
	int rc = daemonsock_ask();

	if (rc == 0 || rc == -EAGAIN)
		return -EBUSY;
	if (rc == -ENOENT)
		return 0;
	if (rc != -ECONNREFUSED)
		return rc;
	rc = hostfile_path(sa.sun_path, sizeof sa.sun_path, PATH_DAEMON_SOCK);
	if (!rc && unlink(sa.sun_path) < 0 && errno != ENOENT)
		rc = -errno;
	return rc;
}
