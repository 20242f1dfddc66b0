/* SPDX-License-Identifier: MIT */
#include "daemonsocket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"
#include "peercred.h"

int
daemonsocket_open(void)
{
	const struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = PATH_DAEMON_SOCK };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;
	struct ucred cred;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa))
		rc = -errno;
	if (!rc)
		rc = peercred_get(fd, &cred);
	if (!rc && cred.uid != 0)
		rc = -EPERM;
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}
