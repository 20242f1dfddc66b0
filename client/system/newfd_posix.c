/* SPDX-License-Identifier: MIT */
#include "newfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME_CAP 256

/* FD with these flags; closed and -1 when that fails. */
static int
flagged(int fd, bool nonblocking)
{
	int flags, err;

	if (fd < 0)
		return fd;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	    (!nonblocking || ((flags = fcntl(fd, F_GETFL)) >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int
both_flagged(int fd[2])
{
	if (flagged(fd[0], false) < 0) {
		close(fd[1]);
		return -1;
	}
	if (flagged(fd[1], false) < 0) {
		close(fd[0]);
		return -1;
	}
	return 0;
}

int
newfd_socket(int family, int type, bool nonblocking)
{
	return flagged(socket(family, type, 0), nonblocking);
}

int
newfd_pair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0 ? -1 : both_flagged(fd);
}

int
newfd_pipe(int fd[2])
{
	return pipe(fd) < 0 ? -1 : both_flagged(fd);
}

int
newfd_accept(int listener)
{
	return flagged(accept(listener, NULL, NULL), true);
}

/* Only a terminal has a name to open it by. */
int
newfd_again(int fd, int flags)
{
	char path[NAME_CAP];
	int err = ttyname_r(fd, path, sizeof path);

	if (err) {
		errno = err;
		return -1;
	}
	return open(path, flags);
}
