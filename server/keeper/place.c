/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"

#define ID_MAX 99999

static int
open_own_directory(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 07777) != 0700) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/* A listening socket NAME in DIR, reached through /proc/self/fd so that no part of the path can be exchanged. */
static int
listen_in(int dir, const char *name, int type)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d/%s", dir, name);
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 || fchmodat(dir, name, 0600, 0) < 0 ||
	    listen(fd, 64) < 0) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

/* Gives the directory its number. */
static int
take_number(struct place *p, uint32_t first)
{
	char to[sizeof p->name];

	for (uint32_t id = first; id <= ID_MAX; id++) {
		snprintf(to, sizeof to, "%u", id);
		if (renameat2(p->users, p->name, p->users, to, RENAME_NOREPLACE) == 0) {
			memcpy(p->name, to, sizeof to);
			p->id = id;
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -ENOSPC;
}

/* Makes the directory under its first name, the sockets in it, and gives it its number. */
static int
build(struct place *p, uint32_t first)
{
	char name[sizeof p->name];

	snprintf(name, sizeof name, ".new.%ld", (long)getpid());
	if (mkdirat(p->users, name, 0700) < 0)
		return -errno;
	memcpy(p->name, name, sizeof name);
	p->dir = openat(p->users, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (p->dir < 0)
		return -errno;
	p->sock = listen_in(p->dir, NAME_SOCK, SOCK_SEQPACKET);
	if (p->sock < 0)
		return p->sock;
	p->agent = listen_in(p->dir, NAME_AGENT, SOCK_STREAM);
	if (p->agent < 0)
		return p->agent;
	return take_number(p, first);
}

int
place_make(struct place *p, const char *users_root, uint32_t first)
{
	char path[PATH_CAP - 64];
	int rc;

	*p = (struct place)PLACE_INIT;
	snprintf(path, sizeof path, "%s/%lu", users_root, (unsigned long)geteuid());
	p->users = open_own_directory(path);
	if (p->users < 0)
		return p->users;
	rc = build(p, first);
	if (rc < 0) {
		place_remove(p);
		return rc;
	}
	snprintf(p->agent_path, sizeof p->agent_path, "%s/%s/%s", path, p->name, NAME_AGENT);
	return 0;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
place_remove(struct place *p)
{
	if (p->dir >= 0) {
		unlinkat(p->dir, NAME_SOCK, 0);
		unlinkat(p->dir, NAME_AGENT, 0);
		unlinkat(p->dir, NAME_LOGIN, 0);
	}
	if (p->users >= 0 && p->name[0])
		unlinkat(p->users, p->name, AT_REMOVEDIR);
	close_fd(&p->agent);
	close_fd(&p->sock);
	close_fd(&p->dir);
	close_fd(&p->users);
	p->id = 0;
	p->name[0] = '\0';
}
