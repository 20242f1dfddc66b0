/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "endsweep.h"
#include "hopfile.h"
#include "register.h"
#include "log.h"
#include "login.h"
#include "paths.h"
#include "sessiondir.h"
#include "rundir.h"
#include "ticket.h"
#include "unasked.h"
#include "unseentake.h"

#define OLD_SECONDS 60

/* Whether NAME in DIR was last written over a minute ago, by a clock that may have been set. */
static bool
is_old(int dir, const char *name)
{
	time_t now = time(NULL);
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	return st.st_mtime + OLD_SECONDS < now || st.st_mtime > now + OLD_SECONDS;
}

/* What another node has vouched for of a login (hopfile.h) goes when the login's record has gone. */
static bool
sweep_hop(int dir, const char *name)
{
	const char *suffix = strchr(name, '.');
	struct ticket ticket;
	char record[TICKET_TEXT];
	struct stat st;

	if (!suffix || suffix - name != TICKET_TEXT - 1 || strcmp(suffix, HOPFILE_SUFFIX) != 0)
		return false;
	memcpy(record, name, TICKET_TEXT - 1);
	record[TICKET_TEXT - 1] = '\0';
	if (ticket_parse(&ticket, record))
		return false;
	if (fstatat(dir, record, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
		unlinkat(dir, name, 0);
	return true;
}

static void
sweep_one(int dir, const char *name, char *buf, uint64_t stopped)
{
	bool unfinished = strncmp(name, ".tmp.", 5) == 0;
	struct ticket ticket;
	struct record r;
	int rc;

	if (unfinished) {
		if (is_old(dir, name))
			unlinkat(dir, name, 0);
		return;
	}
	if (sweep_hop(dir, name) || ticket_parse(&ticket, name))
		return;
	rc = login_read_record(dir, name, buf, &r);
	if (!rc)
		rc = login_alive(r.pid, r.start);
	if (!rc)
		unasked_look(dir, name, &r, stopped);
	if (rc == -ESRCH)
		unseentake_dead(dir, name, stopped);
	else if ((rc == -EBADMSG || rc == -EPERM) && is_old(dir, name)) {
		log_errno(LOG_WARNING, rc, "removed a damaged login record");
		unlinkat(dir, name, 0);
	}
}

static void
sweep_logins(uint64_t stopped)
{
	int fd = rundir_open(PATH_LOGINS, 0700);
	char *buf = malloc(RECORD_MAX + 1);
	const struct dirent *d;
	DIR *dir;

	if (fd < 0 || !buf) {
		free(buf);
		if (fd >= 0)
			close(fd);
		return;
	}
	dir = fdopendir(fd);
	while (dir && (d = readdir(dir)))
		sweep_one(fd, d->d_name, buf, stopped);
	if (dir)
		closedir(dir);
	else
		close(fd);
	free(buf);
}

/*
 * Whether a session's directory NAME below that of UID belongs to a live leader.  A leader that could not register its
 * id, for lack of space, may own any of UID's directories.
 */
static bool
is_held(const struct leaderreg *v, size_t count, uid_t uid, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		char id[16];

		snprintf(id, sizeof id, "%u", (unsigned)v[i].id);
		if (v[i].uid == uid && (!v[i].id || strcmp(id, name) == 0))
			return true;
	}
	return false;
}

/* Removes what leaders that were killed have left behind.  One that is being made is not old. */
static void
sweep_user(int sessions, const char *name, const struct leaderreg *v, size_t count)
{
	int user = openat(sessions, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uid_t uid = (uid_t)strtoul(name, NULL, 10);
	const struct dirent *d;
	DIR *dir = user < 0 ? NULL : fdopendir(user);

	while (dir && (d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
		    !is_held(v, count, uid, d->d_name) && is_old(user, d->d_name))
			sessiondir_clear(user, d->d_name);
	if (dir)
		closedir(dir);
	else if (user >= 0)
		close(user);
	unlinkat(sessions, name, AT_REMOVEDIR); /* empty */
}

static void
sweep_sessions(void)
{
	int fd = rundir_open(PATH_SESSIONS, 0755);
	struct leaderreg *v = NULL;
	const struct dirent *d;
	size_t count = 0;
	DIR *dir = NULL;

	/* Lists live leaders first: a leader that starts later has no old files. */
	if (fd >= 0 && register_living(&v, &count) == 0)
		dir = fdopendir(fd);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] >= '0' && d->d_name[0] <= '9')
			sweep_user(fd, d->d_name, v, count);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	free(v);
}

/* The directories that the version before gave to users: each goes when its last keeper has gone. */
static void
sweep_users(void)
{
	int fd = rundir_open(PATH_USERS, 0711);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			unlinkat(fd, d->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	rmdir(PATH_USERS);
}

/* Last, for it asks the name service, which may hang. */
static void
take_unseen(uint64_t stopped)
{
	int fd = rundir_open(PATH_LOGINS, 0700);

	if (fd < 0)
		return;
	unseentake_all(fd, stopped);
	close(fd);
}

void
sweep_run(uint64_t stopped)
{
	sweep_logins(stopped);
	register_sweep();
	sweep_sessions();
	sweep_users();
	endsweep_run();
	take_unseen(stopped);
}
