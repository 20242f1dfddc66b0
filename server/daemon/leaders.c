/* SPDX-License-Identifier: MIT */
#include "leaders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login.h"
#include "paths.h"
#include "procstat.h"
#include "rundir.h"

int
leaders_parse(const char *name, uid_t *uid, pid_t *pid, uint64_t *start)
{
	uint64_t v[3];
	char again[LEADERS_NAME];
	const char *p = name;

	for (int i = 0; i < 3; i++) {
		char *end;

		if (*p < '0' || *p > '9')
			return -EBADMSG;
		errno = 0;
		v[i] = strtoull(p, &end, 10);
		if (errno || *end != (i < 2 ? '-' : '\0'))
			return -EBADMSG;
		p = end + 1;
	}
	if (v[0] > UINT32_MAX || v[1] == 0 || v[1] > INT32_MAX)
		return -EBADMSG;
	/* One entry has one name: no leading zeros. */
	snprintf(again, sizeof again, "%" PRIu64 "-%" PRIu64 "-%" PRIu64, v[0], v[1], v[2]);
	if (strcmp(again, name) != 0)
		return -EBADMSG;
	*uid = (uid_t)v[0];
	*pid = (pid_t)v[1];
	*start = v[2];
	return 0;
}

/*
 * Goes through the register and removes what is dead: how many living leaders UID has (and all have, in *ALL), or a
 * negative errno.
 */
static int
go_through(uid_t uid, uint32_t *all)
{
	int fd = rundir_open(PATH_LEADERS, 0700), count = 0;
	const struct dirent *d;
	DIR *dir;

	*all = 0;
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((d = readdir(dir))) {
		uint64_t start;
		uid_t whose;
		pid_t pid;

		if (leaders_parse(d->d_name, &whose, &pid, &start))
			continue;
		if (login_alive(pid, start) == -ESRCH) {
			unlinkat(fd, d->d_name, 0);
			continue;
		}
		++*all;
		count += whose == uid;
	}
	closedir(dir);
	return count;
}

int
leaders_enter(uid_t uid, uint32_t max, uint32_t total, struct leaders_entry *e)
{
	struct procstat self;
	uint32_t all;
	int dir, fd, rc = procstat_read(getpid(), &self);

	if (rc)
		return rc;
	dir = rundir_open(PATH_LEADERS, 0700);
	if (dir < 0)
		return dir;
	snprintf(e->name, sizeof e->name, "%" PRIu32 "-%d-%" PRIu64, (uint32_t)uid, (int)getpid(), self.start);
	fd = openat(dir, e->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	rc = fd < 0 ? -errno : 0;
	close(dir);
	if (rc) {
		e->name[0] = '\0';
		return rc;
	}
	close(fd);
	rc = go_through(uid, &all);
	if (rc >= 0 && (uint32_t)rc <= max && all <= total)
		return 0;
	leaders_leave(e);
	if (rc >= 0)
		rc = (uint32_t)rc > max ? -EDQUOT : -EUSERS;
	return rc;
}

int
leaders_count(uid_t uid, uint32_t *all)
{
	return go_through(uid, all);
}

void
leaders_leave(struct leaders_entry *e)
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
leaders_sweep(void)
{
	uint32_t all;

	go_through((uid_t)-1, &all);
}
