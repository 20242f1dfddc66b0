/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "leaders.h"
#include "log.h"
#include "login.h"
#include "paths.h"
#include "rundir.h"
#include "ticket.h"

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

static void
sweep_one(int dir, const char *name, char *buf)
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
	if (ticket_parse(&ticket, name))
		return;
	rc = login_read_record(dir, name, buf, &r);
	if (!rc)
		rc = login_alive(r.pid, r.start);
	if (rc == -ESRCH)
		unlinkat(dir, name, 0);
	else if ((rc == -EBADMSG || rc == -EPERM) && is_old(dir, name)) {
		log_errno(LOG_WARNING, rc, "a login's record was damaged and is removed");
		unlinkat(dir, name, 0);
	}
}

static void
sweep_logins(void)
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
		sweep_one(fd, d->d_name, buf);
	if (dir)
		closedir(dir);
	else
		close(fd);
	free(buf);
}

void
sweep_run(void)
{
	sweep_logins();
	leaders_sweep();
}
