/* SPDX-License-Identifier: MIT */
#include "register.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "login.h"
#include "paths.h"
#include "procstat.h"
#include "rundir.h"

static bool
is_over(const struct leaderreg *e)
{
	return login_alive(e->pid, e->start) == -ESRCH &&
	       (!e->keeper || login_alive(e->keeper, e->keeper_start) == -ESRCH);
}

/*
 * Reads the register, removes the entries of ended sessions, and calls TAKE for the others until TAKE returns an
 * error: 0 or a negative errno.
 */
static int
each_living(int (*take)(void *object, const struct leaderreg *e), void *object)
{
	int fd = rundir_open(PATH_LEADERS, 0700), rc = 0;
	const struct dirent *d;
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (!rc && (d = readdir(dir))) {
		struct leaderreg e;

		if (leaderreg_read(&e, fd, d->d_name))
			continue;
		if (is_over(&e))
			unlinkat(fd, d->d_name, 0);
		else
			rc = take(object, &e);
	}
	closedir(dir);
	return rc;
}

struct tally {
	uid_t uid;
	uint32_t of_uid, all; /* that run */
	uint32_t ended, kept; /* of UID's */
	struct leaderreg oldest; /* of those that are kept */
};

static int
count_one(void *object, const struct leaderreg *e)
{
	struct tally *t = object;

	if (e->ended == LEADERREG_RUNS || (e->uid == t->uid && ++t->ended > REGISTER_ENDED_MAX)) {
		t->all++;
		t->of_uid += e->uid == t->uid;
	}
	if (e->ended != LEADERREG_KEPT || e->uid != t->uid)
		return 0;
	if (!t->kept++ || e->start < t->oldest.start)
		t->oldest = *e;
	return 0;
}

/* Counts what UID and all have into *T: 0 or a negative errno. */
static int
go_through(uid_t uid, struct tally *t)
{
	*t = (struct tally){ .uid = uid };
	return each_living(count_one, t);
}

/* The keeper then waits for its client no longer (ending.h). */
static void
let_end(const struct leaderreg *e)
{
	int fd = (int)syscall(SYS_pidfd_open, e->keeper, 0);

	if (fd < 0)
		return;
	if (login_alive(e->keeper, e->keeper_start) == 0)
		syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0);
	close(fd);
}

int
register_enter(uid_t uid, uint32_t max, uint32_t total, struct register_entry *e)
{
	struct procstat self;
	struct tally t;
	int dir, fd, rc = procstat_read(getpid(), &self);

	if (rc)
		return rc;
	dir = rundir_open(PATH_LEADERS, 0700);
	if (dir < 0)
		return dir;
	e->what = (struct leaderreg){ .uid = uid, .pid = getpid(), .start = self.start };
	leaderreg_name(&e->what, e->name);
	fd = openat(dir, e->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	rc = fd < 0 ? -errno : 0;
	close(dir);
	if (rc) {
		e->name[0] = '\0';
		return rc;
	}
	close(fd);
	rc = go_through(uid, &t);
	if (!rc && t.kept > REGISTER_KEPT_MAX)
		let_end(&t.oldest);
	if (!rc && t.of_uid <= max && t.all <= total)
		return 0;
	register_leave(e);
	if (!rc)
		rc = t.of_uid > max ? -EDQUOT : -EUSERS;
	return rc;
}

int
register_note(const struct register_entry *e)
{
	char text[LEADERREG_TEXT];
	int dir = rundir_open(PATH_LEADERS, 0700), fd, len = leaderreg_text(&e->what, text), rc = 0;

	if (dir < 0)
		return dir;
	fd = openat(dir, e->name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		rc = errno ? -errno : -EIO;
	if (fd >= 0)
		close(fd);
	close(dir);
	return rc;
}

void
register_leave(struct register_entry *e)
{
	int dir;

	if (!e->name[0])
		return;
	dir = rundir_open(PATH_LEADERS, 0700);
	if (dir < 0)
		return;
	unlinkat(dir, e->name, 0);
	close(dir);
	e->name[0] = '\0';
}

void
register_sweep(void)
{
	struct tally t;

	go_through((uid_t)-1, &t);
}

struct living {
	struct leaderreg *v;
	size_t count;
};

static int
keep_one(void *object, const struct leaderreg *e)
{
	struct living *l = object;
	struct leaderreg *more = reallocarray(l->v, l->count + 1, sizeof *more);

	if (!more)
		return -ENOMEM;
	l->v = more;
	l->v[l->count++] = *e;
	return 0;
}

int
register_living(struct leaderreg **v, size_t *count)
{
	struct living l = { NULL, 0 };
	int rc = each_living(keep_one, &l);

	if (rc) {
		free(l.v);
		return rc;
	}
	*v = l.v;
	*count = l.count;
	return 0;
}
