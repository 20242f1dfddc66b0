/* SPDX-License-Identifier: MIT */
#include "sessions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "own.h"
#include "paths.h"

#define SESSIONS_MAX 4096 /* of one user: more are not looked at */

struct asked {
	int fd;
	uint32_t id;
};

/* Where sessions can be: those that holdfastd makes, and those that their user does. */
enum root { ROOT_SYSTEM, ROOT_OWN, ROOTS };

/* Opens users/<uid>: nobody else's directory is looked into. */
static int
open_user(enum root which, uid_t uid)
{
	char root[PATH_CAP] = PATH_USERS, path[PATH_CAP + 16];
	struct stat st;
	int fd = which == ROOT_OWN ? own_root(uid, root, sizeof root) : 0;

	if (fd < 0)
		return fd;
	snprintf(path, sizeof path, "%s/%lu", root, (unsigned long)uid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_uid != uid) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/* "17": a session's directory.  Anything else, zero and leading zeros too, is none. */
static bool
parse_id(const char *name, uint32_t *id)
{
	char *end;
	unsigned long v;

	if (name[0] < '1' || name[0] > '9' || strlen(name) > 9)
		return false;
	v = strtoul(name, &end, 10);
	if (*end)
		return false;
	*id = (uint32_t)v;
	return true;
}

/* Removes the place of a dead keeper.  A new keeper's place of the same number is another directory, and not empty. */
static void
remove_dead(int users, int dir, const char *name)
{
	unlinkat(dir, NAME_SOCK, 0);
	unlinkat(dir, NAME_AGENT, 0);
	unlinkat(dir, NAME_LOGIN, 0);
	unlinkat(dir, ".login", 0);
	unlinkat(users, name, AT_REMOVEDIR);
}

static int
peer_is(int fd, uid_t uid)
{
	struct ucred cred;
	socklen_t len = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	return cred.uid == uid ? 0 : -EPERM;
}

/* Connects to DIR's sock, which must be a socket of UID's with a process of UID's behind it. */
static int
connect_in(int dir, uid_t uid)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, rc;

	if (fstatat(dir, NAME_SOCK, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != uid)
		return -EPERM;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d/%s", dir, NAME_SOCK);
	/* Without waiting: a keeper that is stopped, with a full queue, must not hold up a login. */
	rc = connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ? -errno : peer_is(fd, uid);
	if (rc == 0 && fcntl(fd, F_SETFL, O_RDWR) < 0)
		rc = -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

static int
connect_name(int users, const char *name, uid_t uid, bool clean)
{
	struct stat st;
	int dir = openat(users, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), fd;

	if (dir < 0)
		return -errno;
	if (fstat(dir, &st) < 0 || st.st_uid != uid)
		fd = -EPERM;
	else
		fd = connect_in(dir, uid);
	if (clean && (fd == -ECONNREFUSED || fd == -ENOENT))
		remove_dead(users, dir, name);
	close(dir);
	return fd;
}

int
session_connect(uid_t uid, uint32_t id)
{
	char name[16];
	int users = open_user(id < OWN_FIRST_ID ? ROOT_SYSTEM : ROOT_OWN, uid), fd;

	if (users < 0)
		return users;
	snprintf(name, sizeof name, "%u", id);
	fd = connect_name(users, name, uid, false);
	close(users);
	return fd;
}

/* Asks every keeper below WHICH, from *COUNT on; 0 or a negative errno. */
static int
ask_all(enum root which, uid_t uid, struct asked *asked, size_t *asked_count)
{
	int users = open_user(which, uid);
	DIR *d = users < 0 ? NULL : fdopendir(fcntl(users, F_DUPFD_CLOEXEC, 0));
	struct dirent *e;
	size_t count = *asked_count;

	if (!d) {
		if (users >= 0)
			close(users);
		return users == -ENOENT || users == -ENOTDIR ? 0 : users < 0 ? users : -ENOMEM;
	}
	rewinddir(d);
	while (count < SESSIONS_MAX && (e = readdir(d))) {
		unsigned char msg[8];
		uint32_t id;
		int fd, len = attach_encode_plain(ATTACH_STATUS, msg, sizeof msg);

		if (!parse_id(e->d_name, &id) || (id < OWN_FIRST_ID) != (which == ROOT_SYSTEM))
			continue;
		fd = connect_name(users, e->d_name, uid, uid == geteuid());
		if (fd < 0)
			continue;
		if (send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len)
			asked[count++] = (struct asked){ fd, id };
		else
			close(fd);
	}
	closedir(d);
	close(users);
	*asked_count = count;
	return 0;
}

/* Waits for one answer until DEADLINE. */
static int
take_answer(const struct asked *a, int64_t deadline, struct attach_status *s)
{
	unsigned char buf[1024];
	struct pollfd p = { .fd = a->fd, .events = POLLIN };
	int64_t left = deadline - (int64_t)clock_now_ms();
	socklen_t size = sizeof(struct ucred);
	struct ucred cred;
	ssize_t n;

	if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
		return -ETIMEDOUT;
	n = recv(a->fd, buf, sizeof buf, MSG_DONTWAIT);
	if (n <= 0)
		return -EPIPE;
	if (attach_decode_status(s, buf, (size_t)n) < 0)
		return -EBADMSG;
	s->id = a->id; /* where it was found, whatever it says; and what the kernel knows of it */
	if (getsockopt(a->fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0)
		s->keeper_pid = (uint32_t)cred.pid;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct attach_status *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int
session_list_get(uid_t uid, int timeout_ms, struct session_list *list)
{
	int64_t deadline = (int64_t)clock_now_ms() + timeout_ms;
	struct asked *asked = calloc(SESSIONS_MAX, sizeof *asked);
	size_t count = 0;
	int rc;

	*list = (struct session_list){ NULL, 0, 0 };
	if (!asked)
		return -ENOMEM;
	rc = ask_all(ROOT_SYSTEM, uid, asked, &count);
	/* A home that can't be looked into hides no session of holdfastd's. */
	ask_all(ROOT_OWN, uid, asked, &count);
	list->v = count > 0 ? calloc(count, sizeof *list->v) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (list->v && take_answer(&asked[i], deadline, &list->v[list->count]) == 0)
			list->count++;
		else
			list->silent++;
		close(asked[i].fd);
	}
	free(asked);
	if (count > 0 && !list->v)
		return -ENOMEM;
	if (rc && !count)
		return rc;
	if (list->count)
		qsort(list->v, list->count, sizeof *list->v, by_id);
	return 0;
}

void
session_list_free(struct session_list *list)
{
	free(list->v);
	*list = (struct session_list){ NULL, 0, 0 };
}

int
session_list_find(const struct session_list *list, const char *word, const struct attach_status **found)
{
	const struct attach_status *hit = NULL;
	uint32_t id;
	bool number = parse_id(word, &id);

	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (number ? s->id != id : strcmp(s->name, word) != 0)
			continue;
		if (hit)
			return -ENOTUNIQ;
		hit = s;
	}
	if (!hit || !word[0])
		return -ENOENT;
	*found = hit;
	return 0;
}

int
session_ask(int fd, const void *msg, size_t len, void *reply, size_t cap, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;
	int rc;

	if (send(fd, msg, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		return errno ? -errno : -EPIPE;
	do
		rc = poll(&p, 1, timeout_ms);
	while (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return rc < 0 ? -errno : -ETIMEDOUT;
	n = recv(fd, reply, cap, MSG_DONTWAIT);
	return n > 0 ? (int)n : n == 0 ? -EPIPE : -errno;
}
