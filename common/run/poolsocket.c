/* SPDX-License-Identifier: MIT */
#include "poolsocket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"

/* Opens the directory, and tells its owner: a descriptor or a negative errno. */
static int
open_directory(uid_t *owner)
{
	int dir = open(PATH_POOL, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (dir < 0)
		return errno == ENOTDIR || errno == ELOOP ? -EPERM : -errno;
	if (fstat(dir, &st) || st.st_mode & (S_IWGRP | S_IWOTH)) {
		close(dir);
		return -EPERM;
	}
	*owner = st.st_uid;
	return dir;
}

/* The file NAME in the directory itself, and not what may stand there a moment later. */
static int
open_file(const char *name)
{
	uid_t owner;
	struct stat st;
	int dir = open_directory(&owner), fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(dir);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISSOCK(st.st_mode) || st.st_uid != owner)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

int
poolsocket_open(const char *name, int type)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int file = open_file(name), fd, rc = 0;

	if (file < 0)
		return file;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d", file);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sa, sizeof sa))
		rc = -errno;
	close(file);
	if (rc && fd >= 0)
		close(fd);
	return rc ? rc : fd;
}

int
poolsocket_tell(const void *msg, size_t len)
{
	int fd = poolsocket_open(NAME_POOL_TOLD, SOCK_DGRAM), rc;

	if (fd < 0)
		return fd;
	rc = send(fd, msg, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len ? 0 : -errno;
	close(fd);
	return rc == -ENOBUFS ? -EAGAIN : rc;
}

int
poolsocket_user(uid_t *uid)
{
	int dir = open_directory(uid);

	if (dir < 0)
		return -ENOENT;
	close(dir);
	return 0;
}
