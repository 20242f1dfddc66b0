/* SPDX-License-Identifier: MIT */
#include "listening.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"
#include "paths.h"

#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE 0x89e0 /* linux/un.h, which does not go with sys/un.h; Linux 4.19 */
#endif

#define FIRST_OFFERED 3
#define TEMPORARY HOLDFAST_RUNDIR "/.holdfastd.sock"

static bool
option_is(int fd, int option, int value)
{
	socklen_t len = sizeof value;
	int got;

	return getsockopt(fd, SOL_SOCKET, option, &got, &len) == 0 && got == value;
}

/* How many descriptors are offered to us: 0 or more, or -EINVAL. */
static int
offered(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	char self[16];
	int rc = 0;

	snprintf(self, sizeof self, "%d", (int)getpid());
	if (pid && fds && strcmp(pid, self) == 0)
		rc = strcmp(fds, "1") == 0 ? 1 : -EINVAL;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return rc;
}

static int
take_offered(void)
{
	int fd = FIRST_OFFERED, flags = fcntl(fd, F_GETFL);

	if (flags < 0 || !option_is(fd, SO_DOMAIN, AF_UNIX) || !option_is(fd, SO_TYPE, SOCK_SEQPACKET) ||
	    !option_is(fd, SO_ACCEPTCONN, 1))
		return -EINVAL;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	return fd;
}

/*
 * Bound to a name of its own first, so that at PATH_DAEMON_SOCK there is always a socket that works, or an old one.
 */
static int
bind_new(int fd)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	_Static_assert(sizeof TEMPORARY + 12 <= sizeof at.sun_path, "the socket's name fits");
	snprintf(at.sun_path, sizeof at.sun_path, TEMPORARY ".%d", (int)getpid());
	if (unlink(at.sun_path) && errno != ENOENT)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&at, sizeof at))
		return -errno;
	if (listen(fd, SOMAXCONN) || chmod(at.sun_path, 0666) || rename(at.sun_path, PATH_DAEMON_SOCK)) {
		int rc = -errno;

		unlink(at.sun_path);
		return rc;
	}
	return 0;
}

/* A new socket at PATH_DAEMON_SOCK. */
static int
make_own(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = fd < 0 ? -errno : bind_new(fd);

	if (!rc)
		return fd;
	log_errno(LOG_ERR, rc, "%s", PATH_DAEMON_SOCK);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Whether PATH_DAEMON_SOCK leads to FD.  Where the kernel does not say which file FD is, any socket there counts. */
static bool
is_reached(int fd)
{
	int file = ioctl(fd, SIOCUNIXFILE);
	struct stat own, there;
	bool same;

	if (lstat(PATH_DAEMON_SOCK, &there) || !S_ISSOCK(there.st_mode)) {
		same = false;
	} else {
		same = file < 0 || (fstat(file, &own) == 0 && own.st_dev == there.st_dev &&
		                    own.st_ino == there.st_ino);
	}
	if (file >= 0)
		close(file);
	return same;
}

int
listening_renew(int fd)
{
	int fresh;

	if (is_reached(fd))
		return fd;
	fresh = make_own();
	if (fresh < 0)
		return fresh;
	log_line(LOG_NOTICE, "%s was removed; restored", PATH_DAEMON_SOCK);
	close(fd);
	return fresh;
}

int
listening_open(void)
{
	int rc = offered(), fd, fresh;

	if (!rc)
		return make_own();
	fd = rc < 0 ? rc : take_offered();
	if (fd < 0) {
		log_line(LOG_ERR, "LISTEN_FDS must be one listening unix socket of type seqpacket");
		return fd;
	}
	fresh = listening_renew(fd);
	return fresh < 0 ? fd : fresh;
}
