/* SPDX-License-Identifier: MIT */
#include "unseenlist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notheld.h"
#include "userfile.h"

static uint64_t
in_ms(const struct timespec *t)
{
	return t->tv_sec < 0 ? 0 : (uint64_t)t->tv_sec * 1000 + (uint64_t)t->tv_nsec / 1000000;
}

/* Whose login R is, in *UID: whether that is known. */
static bool
find_uid(const struct record *r, const struct unseen_user *of, uid_t *uid)
{
	const struct passwd *pw;

	if (r->uid_known || of) {
		*uid = r->uid_known ? r->uid : of->uid;
		return true;
	}
	pw = getpwnam(r->user);
	if (pw)
		*uid = pw->pw_uid;
	return pw;
}

static bool
is_of(const struct record *r, const struct unseen_user *of)
{
	return !of || (strcmp(r->user, of->name) == 0 && (!r->uid_known || r->uid == of->uid));
}

static void
make_event(struct unseen_login *l, const struct record *r, const struct unseen_user *of, const struct stat *st)
{
	struct event *e = &l->event;
	uid_t uid;

	event_init(e, "aside");
	e->time_ms = in_ms(&st->st_mtim);
	event_add(e, "user", r->user);
	if (find_uid(r, of, &uid))
		event_number(e, "uid", uid);
	event_add(e, "address", r->address);
	event_add(e, "from", "module");
	event_add(e, "why", notheld_name(l->kind == UNSEEN_OFF ? NOTHELD_DISABLED : NOTHELD_AWAY));
}

int
unseenlist_read(int dir, const char *name, const struct unseen_user *of, struct unseen_login *l)
{
	char *text = malloc(RECORD_MAX + 1);
	ssize_t n = text ? userfile_read(dir, name, text, RECORD_MAX) : -ENOMEM;
	struct record r;
	struct stat st;
	int rc = n < 0 ? (int)n : record_parse(&r, text, (size_t)n);

	if (!rc && !is_of(&r, of))
		rc = -ESRCH;
	if (!rc && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		rc = -errno;
	if (!rc) {
		l->kind = unseen_kind(name);
		l->start = r.start;
		l->left_ms = in_ms(&st.st_ctim);
		make_event(l, &r, of, &st);
	}
	free(text);
	return rc;
}

static void
each_of(int dir, const struct unseen_user *of, void (*each)(void *object, int dir, const char *name), void *object)
{
	char name[UNSEEN_NAME];

	for (enum unseen kind = UNSEEN_OFF; kind <= UNSEEN_AWAY; kind++)
		for (unsigned n = 0; n < UNSEEN_EACH; n++) {
			unseen_name(kind, of->name, n, name);
			each(object, dir, name);
		}
}

static void
each_of_all(int dir, void (*each)(void *object, int dir, const char *name), void *object)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (unseen_kind(e->d_name) != UNSEEN_NONE)
			each(object, dir, e->d_name);
	if (d)
		closedir(d);
	else if (again >= 0)
		close(again);
}

void
unseenlist_each(int dir, const struct unseen_user *of, void (*each)(void *object, int dir, const char *name),
                void *object)
{
	if (of)
		each_of(dir, of, each, object);
	else
		each_of_all(dir, each, object);
}
