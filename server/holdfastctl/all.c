/* SPDX-License-Identifier: MIT */
#include "all.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "paths.h"

#define EACH_TIMEOUT_MS 2000

void
all_user_name(uid_t uid, char name[USER_CAP])
{
	const struct passwd *pw = getpwuid(uid);

	if (pw)
		snprintf(name, USER_CAP, "%s", pw->pw_name);
	else
		snprintf(name, USER_CAP, "%lu", (unsigned long)uid);
}

void
all_user_of(const struct all_session *s, char name[USER_CAP])
{
	const struct passwd *pw = s->status.user[0] ? getpwnam(s->status.user) : NULL;

	if (pw && pw->pw_uid == s->uid)
		memcpy(name, s->status.user, USER_CAP);
	else
		all_user_name(s->uid, name);
}

static int
add_user(struct all *a, uid_t uid)
{
	struct session_list list;
	struct all_session *more;
	int rc = session_list_get(uid, EACH_TIMEOUT_MS, &list);

	if (rc)
		return rc;
	more = reallocarray(a->v, a->count + list.count + 1, sizeof *more);
	if (more) {
		a->v = more;
		for (size_t i = 0; i < list.count; i++)
			a->v[a->count++] = (struct all_session){ uid, list.v[i] };
		a->silent += list.silent;
	}
	session_list_free(&list);
	return more ? 0 : -ENOMEM;
}

/* Goes through a directory whose names begin with a uid. */
static int
each_entry(const char *path, int (*take)(struct all *a, unsigned long number, const char *rest), struct all *a)
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
			rc = take(a, number, end);
	}
	closedir(dir);
	return rc;
}

static int
take_user(struct all *a, unsigned long number, const char *rest)
{
	int rc = *rest ? 0 : add_user(a, (uid_t)number);

	/* One user's trouble hides nobody else's sessions. */
	return rc == -ENOMEM ? rc : 0;
}

/* A user with sessions of the version before may have been looked at already. */
static int
take_old_user(struct all *a, unsigned long number, const char *rest)
{
	char path[sizeof PATH_SESSIONS + 32];

	snprintf(path, sizeof path, PATH_SESSIONS "/%lu", number);
	return access(path, F_OK) == 0 ? 0 : take_user(a, number, rest);
}

static int
count_leader(struct all *a, unsigned long number, const char *rest)
{
	(void)number;
	a->hidden += *rest == '-';
	return 0;
}

static int
compare(const void *x, const void *y)
{
	const struct all_session *a = x, *b = y;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return a->status.id < b->status.id ? -1 : a->status.id > b->status.id;
}

/* Leaders that no session is known of: the user has hidden it, or its keeper does not answer. */
static void
count_hidden(struct all *a)
{
	size_t vouched = 0;

	each_entry(PATH_LEADERS, count_leader, a);
	for (size_t i = 0; i < a->count; i++)
		vouched += a->v[i].status.vouched != 0;
	a->hidden = a->hidden > vouched + a->silent ? a->hidden - vouched - a->silent : 0;
}

int
all_get(struct all *a, bool everybody)
{
	int rc;

	*a = (struct all){ NULL, 0, 0, 0 };
	if (everybody && ctl_root_only("--all"))
		return CTL_FAILED;
	rc = everybody ? each_entry(PATH_SESSIONS, take_user, a) : add_user(a, ctl_uid());
	if (!rc && everybody)
		rc = each_entry(PATH_USERS, take_old_user, a);
	if (rc) {
		ctl_error("cannot list the sessions: %s", strerror(-rc));
		all_free(a);
		return CTL_FAILED;
	}
	if (everybody)
		count_hidden(a);
	if (a->count)
		qsort(a->v, a->count, sizeof *a->v, compare);
	return CTL_OK;
}

void
all_free(struct all *a)
{
	free(a->v);
	*a = (struct all){ NULL, 0, 0, 0 };
}
