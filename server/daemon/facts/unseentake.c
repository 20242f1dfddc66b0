/* SPDX-License-Identifier: MIT */
#include "unseentake.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "counters.h"
#include "event.h"
#include "notheld.h"
#include "paths.h"
#include "procstat.h"
#include "rundir.h"
#include "storing.h"
#include "unseenlist.h"

struct taking {
	uint64_t stopped;
	const struct unseen_user *of; /* alone, and what the kill switch has left; NULL: of all */
};

/* Whether the record NAME in DIR is of a login that has asked: then holdfastd has seen it. */
static bool
has_asked(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime == RECORD_ASKED;
}

/* Whether L has begun and ended while no holdfastd was there, as far as that can be known. */
static bool
was_alone(const struct unseen_login *l, uint64_t stopped)
{
	uint64_t now = clock_date_ms(), ago = now > l->left_ms ? now - l->left_ms : 0;
	struct procstat daemon;

	if (procstat_read(getppid(), &daemon))
		return false;
	return l->start >= stopped && l->start < daemon.start && ago + 1000 >= 1000 * procstat_age_s(daemon.start);
}

static void
write_away(struct event *e, bool stopped)
{
	event_quote(e, "detail", stopped ? "it had been stopped; the login is over, and may have been a command"
	                                 : "the login is over, and may have been a command");
	event_log(LOG_INFO, e);
}

static void
take(void *object, int dir, const char *name)
{
	const struct taking *t = object;
	struct unseen_login l;
	bool asked = has_asked(dir, name);
	int rc = unseenlist_read(dir, name, t->of, &l);

	if (t->of && (rc || l.kind != UNSEEN_OFF))
		return;
	/* Another process takes it in this moment, perhaps. */
	if (unlinkat(dir, name, 0) || rc || asked || (l.kind != UNSEEN_OFF && !was_alone(&l, t->stopped)))
		return;
	/* What was switched off is in the log since the login. */
	if (l.kind != UNSEEN_OFF)
		write_away(&l.event, t->stopped != 0);
	counters_event("aside", event_get(&l.event, "why"));
	storing_put(&l.event);
}

void
unseentake_all(int dir, uint64_t stopped)
{
	unseenlist_each(dir, NULL, take, &(struct taking){ .stopped = stopped });
}

void
unseentake_dead(int dir, const char *name, uint64_t stopped)
{
	take(&(struct taking){ .stopped = stopped }, dir, name);
}

void
unseentake_off(uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);
	struct unseen_user of = { .uid = uid };
	int dir;

	if (!pw || strlen(pw->pw_name) >= sizeof of.name)
		return;
	memcpy(of.name, pw->pw_name, strlen(pw->pw_name) + 1);
	dir = rundir_open(PATH_LOGINS, 0700);
	if (dir < 0)
		return;
	unseenlist_each(dir, &of, take, &(struct taking){ .of = &of });
	close(dir);
}
