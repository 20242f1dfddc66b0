/* SPDX-License-Identifier: MIT */
#include "sessionlist.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "leaderreg.h"
#include "paths.h"
#include "procstat.h"
#include "silent.h"

#define ALL_TIMEOUT_MS 2000  /* for all that are asked at once */
#define WHO_TIMEOUT_MS 500   /* for the leaders of those that are silent */
#define USERS_AT_ONCE 64
#define SESSIONS_AT_ONCE 300

void
sessionlist_user_name(uid_t uid, char name[USER_CAP])
{
	const struct passwd *pw = getpwuid(uid);

	if (pw)
		snprintf(name, USER_CAP, "%s", pw->pw_name);
	else
		snprintf(name, USER_CAP, "%lu", (unsigned long)uid);
}

void
sessionlist_user_of(const struct sessionlist_session *s, char name[USER_CAP])
{
	const struct passwd *pw = s->status.user[0] ? getpwnam(s->status.user) : NULL;

	if (pw && pw->pw_uid == s->uid)
		memcpy(name, s->status.user, USER_CAP);
	else
		sessionlist_user_name(s->uid, name);
}

bool
sessionlist_is_own(const struct sessionlist_session *s)
{
	return s->uid == getuid() && !s->status.remote && s->status.id == ctl_own_session();
}

/* Adds the sessions of LIST, those that do not answer among them, whose leaders are asked until END. */
static int
add_list(struct sessionlist *a, uid_t uid, struct session_list *list, uint64_t end)
{
	uint64_t now = clock_now_ms(), left = end > now ? end - now : 0;
	struct sessionlist_session *more;

	if (silent_add(list, uid, left < WHO_TIMEOUT_MS ? (int)left : WHO_TIMEOUT_MS))
		return -ENOMEM;
	more = reallocarray(a->v, a->count + list->count + 1, sizeof *more);
	if (!more)
		return -ENOMEM;
	a->v = more;
	for (size_t i = 0; i < list->count; i++)
		a->v[a->count++] = (struct sessionlist_session){ uid, list->v[i] };
	a->silent += list->silent;
	return 0;
}

/* Users whose keepers have been asked. */
struct asking {
	struct sessionlist *all;
	bool own;
	uint64_t deadline;
	uint64_t end; /* of all */
	size_t users, sessions;
	struct {
		uid_t uid;
		struct session_asking asking;
	} v[USERS_AT_ONCE];
};

/* Waits for all that have been asked. */
static int
take_all(struct asking *q)
{
	int rc = 0;

	for (size_t i = 0; i < q->users; i++) {
		struct session_list list;
		/* An error with one user's sessions does not hide those of others. */
		int one = session_list_take(&q->v[i].asking, q->deadline, &list);

		if (!one)
			one = add_list(q->all, q->v[i].uid, &list, q->end);
		session_list_free(&list);
		rc = one == -ENOMEM ? one : rc;
	}
	q->users = q->sessions = 0;
	return rc;
}

static int
ask_user(struct asking *q, uid_t uid)
{
	int rc = 0;

	if (q->users == USERS_AT_ONCE || q->sessions >= SESSIONS_AT_ONCE)
		rc = take_all(q);
	if (!q->users)
		q->deadline = clock_now_ms() + ALL_TIMEOUT_MS;
	if (q->deadline > q->end)
		q->deadline = q->end;
	q->v[q->users].uid = uid;
	session_list_ask(&q->v[q->users].asking, uid, q->own || uid == geteuid());
	q->sessions += q->v[q->users].asking.count;
	q->users++;
	return rc;
}

/* Goes through a directory whose names begin with a uid. */
static int
each_entry(const char *path, int (*take)(struct asking *q, unsigned long number, const char *rest), struct asking *q)
{
	const struct dirent *d;
	DIR *dir = opendir(path);
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!rc && (d = readdir(dir))) {
		char *end;
		unsigned long number = strtoul(d->d_name, &end, 10);

		if (end != d->d_name && d->d_name[0] != '.')
			rc = take(q, number, end);
	}
	closedir(dir);
	return rc;
}

static int
take_user(struct asking *q, unsigned long number, const char *rest)
{
	return *rest ? 0 : ask_user(q, (uid_t)number);
}

/* A user with sessions of the version before may have been looked at already. */
static int
take_old_user(struct asking *q, unsigned long number, const char *rest)
{
	char path[sizeof PATH_SESSIONS + 32];

	snprintf(path, sizeof path, PATH_SESSIONS "/%lu", number);
	return access(path, F_OK) == 0 ? 0 : take_user(q, number, rest);
}

static int
compare(const void *x, const void *y)
{
	const struct sessionlist_session *a = x, *b = y;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return a->status.id < b->status.id ? -1 : a->status.id > b->status.id;
}

static bool
is_listed(const struct sessionlist *a, uid_t uid, uint32_t id)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->v[i].uid == uid && a->v[i].status.id == id)
			return true;
	return false;
}

static bool
is_there(pid_t pid, uint64_t start)
{
	struct procstat s;

	return pid && procstat_read(pid, &s) == 0 && s.start == start && s.state != 'Z';
}

/*
 * Keepers in root's register that no session was found of.  One that is being made has no number yet, and one that is
 * ending no keeper: neither is hidden.
 */
static void
count_hidden(struct sessionlist *a)
{
	DIR *dir = opendir(PATH_LEADERS);
	const struct dirent *d;

	while (dir && (d = readdir(dir))) {
		struct leaderreg e;

		if (leaderreg_read(&e, dirfd(dir), d->d_name) == 0 && e.id && is_there(e.keeper, e.keeper_start) &&
		    !is_listed(a, e.uid, e.id))
			a->hidden++;
	}
	if (dir)
		closedir(dir);
}

/* The soft limit is for programs that use select(2). */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int
get(struct sessionlist *a, bool everybody, uint64_t end)
{
	struct asking q = { .all = a, .own = ctl_wants_own(), .end = end };
	int rc, taken;

	*a = (struct sessionlist){ NULL, 0, 0, 0 };
	raise_descriptors();
	if (everybody && ctl_root_only("--all"))
		return CTL_FAILED;
	rc = everybody ? each_entry(PATH_SESSIONS, take_user, &q) : ask_user(&q, ctl_uid());
	if (!rc && everybody)
		rc = each_entry(PATH_USERS, take_old_user, &q);
	if (!rc && !everybody)
		rc = q.v[0].asking.rc;
	taken = take_all(&q);
	rc = rc ? rc : taken;
	if (rc) {
		ctl_error("cannot list the sessions: %s", strerror(-rc));
		sessionlist_free(a);
		return CTL_FAILED;
	}
	if (everybody)
		count_hidden(a);
	if (a->count)
		qsort(a->v, a->count, sizeof *a->v, compare);
	return CTL_OK;
}

int
sessionlist_get(struct sessionlist *a, bool everybody)
{
	return get(a, everybody, CLOCK_NEVER);
}

int
sessionlist_get_within(struct sessionlist *a, int ms)
{
	return get(a, true, clock_now_ms() + (uint64_t)ms);
}

void
sessionlist_free(struct sessionlist *a)
{
	free(a->v);
	*a = (struct sessionlist){ NULL, 0, 0, 0 };
}

int
sessionlist_answer(int fd, uint64_t deadline_ms)
{
	unsigned char reply[1024];
	uint64_t now = clock_now_ms();
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, deadline_ms > now ? (int)(deadline_ms - now) : 0) <= 0)
		return -ETIMEDOUT;
	n = recv(fd, reply, sizeof reply, MSG_DONTWAIT);
	if (n <= 0)
		return n ? -errno : -EPIPE;
	return attach_type_of(reply, (size_t)n);
}
