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

#include "attach.h"
#include "clock.h"
#include "fd.h"
#include "rootless.h"
#include "owndir.h"
#include "paths.h"
#include "peercred.h"
#include "sessiondir.h"
#include "procstat.h"

#define SESSIONS_MAX 4096 /* of one user: more are not looked at */

struct session_asked {
	int fd; /* -1: cannot be asked */
	uint32_t id;
};

/*
 * Where sessions can be: those that leaders make, those of keepers of the version before, and those that their user
 * makes.
 */
enum root { ROOT_SYSTEM, ROOT_OLD, ROOT_OWN };

/* The owner of the directory, and the process that listens. */
static uid_t
owner_in(enum root which, uid_t uid)
{
	return which == ROOT_SYSTEM ? 0 : uid;
}

/* Opens NAME below AT if it is OWNER's directory, and for root only if no other user can write to it. */
static int
open_directory(int at, const char *name, uid_t owner)
{
	return owndir_open(at, name, owner, owner == 0 ? 022 : 0);
}

/* Opens the directory of UID's sessions. */
static int
open_user(enum root which, uid_t uid)
{
	char root[PATH_CAP] = "", path[PATH_CAP + 16];
	int rc = 0;

	if (which == ROOT_OWN)
		rc = rootless_root(uid, root, sizeof root);
	else
		snprintf(root, sizeof root, "%s", which == ROOT_OLD ? PATH_USERS : PATH_SESSIONS);
	if (rc < 0)
		return rc;
	snprintf(path, sizeof path, "%s/%lu", root, (unsigned long)uid);
	return open_directory(AT_FDCWD, path, owner_in(which, uid));
}

/*
 * Whether PID is the child of a leader: of a process of root's with its name, which PID 1 has not.  For ROOT_OLD only.
 */
static bool
has_leader(pid_t pid)
{
	struct procstat st, parent;
	struct stat owner;
	int dir = procstat_read(pid, &st) ? -1 : procstat_open(st.ppid);
	bool ok;

	if (dir < 0)
		return false;
	ok = procstat_read_at(dir, &parent) == 0 && st.ppid > 1 && strcmp(parent.comm, "holdfastd") == 0 &&
	     fstat(dir, &owner) == 0 && owner.st_uid == 0;
	close(dir);
	return ok;
}

/* Whether a keeper's socket listens: below root's directories root listens, so no user can have made the socket. */
static int
check_listener(int fd, enum root which, uid_t uid)
{
	struct ucred cred;
	int rc = peercred_get(fd, &cred);

	if (rc)
		return rc;
	if (cred.uid != owner_in(which, uid) || (which == ROOT_OLD && !has_leader(cred.pid)))
		return -EPERM;
	return 0;
}

/*
 * Connects to NAME in DIR, which must be a socket of UID's.  Without waiting: -EAGAIN when its queue is full, as that
 * of a keeper that is stopped.
 */
static int
connect_in(int dir, const char *name, enum root which, uid_t uid)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, rc, on = 1;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != uid)
		return -EPERM;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d/%s", dir, name);
	rc = connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ? -errno : check_listener(fd, which, uid);
	/* The kernel is to say which process an answer comes from: the one that listens has not sent it. */
	if (rc == 0 && (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 || fcntl(fd, F_SETFL, O_RDWR) < 0))
		rc = -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

static int
connect_name(int users, const char *name, enum root which, uid_t uid)
{
	int dir = open_directory(users, name, owner_in(which, uid)), fd;

	if (dir < 0)
		return dir;
	fd = connect_in(dir, NAME_SOCK, which, uid);
	close(dir);
	/* For a dead keeper; the directory of a new keeper with the same number is another one, and not empty. */
	if (which != ROOT_SYSTEM && uid == geteuid() && (fd == -ECONNREFUSED || fd == -ENOENT))
		sessiondir_clear(users, name);
	return fd;
}

/* Connects to the socket WHAT of session ID of UID. */
static int
connect_to(enum root which, uid_t uid, uint32_t id, const char *what)
{
	int users = open_user(which, uid), dir, fd;
	char name[16];

	if (users < 0)
		return users;
	snprintf(name, sizeof name, "%u", id);
	dir = open_directory(users, name, owner_in(which, uid));
	fd = dir < 0 ? dir : connect_in(dir, what, which, uid);
	if (dir >= 0)
		close(dir);
	close(users);
	return fd;
}

int
session_connect(uid_t uid, uint32_t id)
{
	int fd;

	if (id >= OWN_FIRST_ID)
		return connect_to(ROOT_OWN, uid, id, NAME_SOCK);
	fd = connect_to(ROOT_SYSTEM, uid, id, NAME_SOCK);
	return fd == -ENOENT ? connect_to(ROOT_OLD, uid, id, NAME_SOCK) : fd;
}

int
session_connect_leader(uid_t uid, uint32_t id)
{
	return connect_to(ROOT_SYSTEM, uid, id, NAME_LEADER);
}

/*
 * Whether a keeper that could not be connected to, for ERR, is a silent one.  Below root's directories it can have shut
 * its socket, which its leader has made, or listen to that itself: no reason for not being seen.
 */
static bool
is_silent(enum root which, int err)
{
	return err == -EAGAIN || (which == ROOT_SYSTEM && (err == -ECONNREFUSED || err == -EPERM));
}

/* Asks every keeper below WHICH, from *COUNT on; 0 or a negative errno. */
static int
ask_all(enum root which, uid_t uid, struct session_asked *asked, size_t *asked_count)
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
		uint32_t id = attach_id(e->d_name);
		int fd, len = attach_encode_plain(ATTACH_MSG_STATUS, msg, sizeof msg);

		if (!id || (id >= OWN_FIRST_ID) != (which == ROOT_OWN))
			continue;
		fd = connect_name(users, e->d_name, which, uid);
		if (is_silent(which, fd))
			asked[count++] = (struct session_asked){ -1, id };
		if (fd < 0)
			continue;
		/* A parked session's leader turns connections away: there is a session all the same. */
		if (send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) != len)
			fd_close(&fd);
		if (fd >= 0 || which == ROOT_SYSTEM)
			asked[count++] = (struct session_asked){ fd, id };
	}
	closedir(d);
	close(users);
	*asked_count = count;
	return 0;
}

/* Receives a message: its length, and in *PID which process has sent it; 0: the kernel has not said. */
static ssize_t
receive(int fd, void *buf, size_t cap, pid_t *pid)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = { buf, cap };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	ssize_t n = recvmsg(fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct ucred cred = {0};

	*pid = 0;
	for (struct cmsghdr *cm = n > 0 ? CMSG_FIRSTHDR(&mh) : NULL; cm; cm = CMSG_NXTHDR(&mh, cm))
		if (cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SCM_CREDENTIALS &&
		    cm->cmsg_len == CMSG_LEN(sizeof cred)) {
			memcpy(&cred, CMSG_DATA(cm), sizeof cred);
			*pid = cred.pid;
		}
	return n;
}

/* Waits for one answer until DEADLINE. */
static int
take_answer(const struct session_asked *a, int64_t deadline, struct attach_status *s)
{
	unsigned char buf[1024];
	struct pollfd p = { .fd = a->fd, .events = POLLIN };
	int64_t left = deadline - (int64_t)clock_now_ms();
	ssize_t n;
	pid_t pid;

	if (a->fd < 0 || poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
		return -ETIMEDOUT;
	n = receive(a->fd, buf, sizeof buf, &pid);
	if (n <= 0)
		return -EPIPE;
	if (attach_decode_status(s, buf, (size_t)n) < 0)
		return -EBADMSG;
	s->id = a->id; /* its place and the kernel's data, whatever the keeper says */
	s->keeper_pid = (uint32_t)pid;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct attach_status *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Silent keepers count even without memory for their numbers. */
static void
add_silent(struct session_list *list, uint32_t id)
{
	uint32_t *more = reallocarray(list->silent_ids, list->silent_known + 1, sizeof *more);

	list->silent++;
	if (!more)
		return;
	list->silent_ids = more;
	more[list->silent_known++] = id;
}

void
session_list_ask(struct session_asking *a, uid_t uid, bool own)
{
	*a = (struct session_asking){ .v = calloc(SESSIONS_MAX, sizeof *a->v) };
	if (!a->v) {
		a->rc = -ENOMEM;
		return;
	}
	a->rc = ask_all(ROOT_SYSTEM, uid, a->v, &a->count);
	ask_all(ROOT_OLD, uid, a->v, &a->count);
	/* An unreadable home does not hide sessions of holdfastd. */
	if (own)
		ask_all(ROOT_OWN, uid, a->v, &a->count);
}

int
session_list_take(struct session_asking *a, uint64_t deadline_ms, struct session_list *list)
{
	int rc = a->rc;

	*list = (struct session_list)SESSION_LIST_NONE;
	list->v = a->count > 0 ? calloc(a->count, sizeof *list->v) : NULL;
	for (size_t i = 0; i < a->count; i++) {
		if (list->v && take_answer(&a->v[i], (int64_t)deadline_ms, &list->v[list->count]) == 0)
			list->count++;
		else
			add_silent(list, a->v[i].id);
		if (a->v[i].fd >= 0)
			close(a->v[i].fd);
	}
	if (a->count > 0)
		rc = list->v ? 0 : -ENOMEM;
	free(a->v);
	*a = (struct session_asking){ NULL, 0, 0 };
	if (list->count)
		qsort(list->v, list->count, sizeof *list->v, by_id);
	return rc;
}

int
session_list_get(uid_t uid, int timeout_ms, struct session_list *list)
{
	uint64_t deadline = clock_now_ms() + (uint64_t)timeout_ms;
	struct session_asking a;

	session_list_ask(&a, uid, uid == geteuid());
	return session_list_take(&a, deadline, list);
}

void
session_list_free(struct session_list *list)
{
	free(list->v);
	free(list->silent_ids);
	*list = (struct session_list)SESSION_LIST_NONE;
}

int
session_list_find(const struct session_list *list, const char *word, const struct attach_status **found)
{
	const struct attach_status *hit = NULL;
	uint32_t id = attach_id(word);

	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (id ? s->id != id : strcmp(s->name, word) != 0)
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
