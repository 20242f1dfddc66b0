/* SPDX-License-Identifier: MIT */
#include "listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "peercred.h"

#define QUEUE 4096 /* logins of a storm; the kernel reduces this to net.core.somaxconn */

static int
bind_at(int fd, const char *path, int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if (len >= sizeof at.sun_path)
		return -ENAMETOOLONG;
	memcpy(at.sun_path, path, len + 1);
	if (unlink(path) && errno != ENOENT)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) || chmod(path, 0600))
		return -errno;
	return type != SOCK_DGRAM && listen(fd, QUEUE) ? -errno : 0;
}

int
listen_bind(const char *path, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return -errno;
	rc = bind_at(fd, path, type);
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

bool
listen_trusts(int conn)
{
	struct ucred cred;

	return peercred_get(conn, &cred) == 0 && (cred.uid == 0 || cred.uid == geteuid());
}
