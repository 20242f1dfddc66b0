/* SPDX-License-Identifier: MIT */
#include "unseenlist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notheld.h"
#include "userfile.h"

static uint64_t
in_ms(const struct timespec *t)
{
	return t->tv_sec < 0 ? 0 : (uint64_t)t->tv_sec * 1000 + (uint64_t)t->tv_nsec / 1000000;
}

static void
make_event(struct unseen_login *l, const struct record *r, const struct stat *st)
{
	const struct passwd *pw = r->uid_known ? NULL : getpwnam(r->user);
	struct event *e = &l->event;

	event_init(e, "aside");
	e->time_ms = in_ms(&st->st_mtim);
	event_add(e, "user", r->user);
	if (r->uid_known || pw)
		event_number(e, "uid", r->uid_known ? r->uid : pw->pw_uid);
	event_add(e, "address", r->address);
	event_add(e, "from", "module");
	event_add(e, "why", notheld_name(l->kind == UNSEEN_OFF ? NOTHELD_DISABLED : NOTHELD_AWAY));
}

int
unseenlist_read(int dir, const char *name, struct unseen_login *l)
{
	char *text = malloc(RECORD_MAX + 1);
	ssize_t n = text ? userfile_read(dir, name, text, RECORD_MAX) : -ENOMEM;
	struct record r;
	struct stat st;
	int rc = n < 0 ? (int)n : record_parse(&r, text, (size_t)n);

	if (!rc && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		rc = -errno;
	if (!rc) {
		l->kind = unseen_kind(name);
		l->start = r.start;
		l->left_ms = in_ms(&st.st_ctim);
		make_event(l, &r, &st);
	}
	free(text);
	return rc;
}

void
unseenlist_each(int dir, void (*each)(void *object, int dir, const char *name), void *object)
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
