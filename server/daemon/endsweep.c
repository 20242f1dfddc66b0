/* SPDX-License-Identifier: MIT */
#include "endsweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "clock.h"
#include "endstore.h"
#include "eventstore.h"
#include "fd.h"
#include "leaderreg.h"
#include "log.h"
#include "login.h"
#include "statedir.h"

#define NAME_DOWN "down"
#define DAY_S 86400

void
endsweep_end(struct endrecord *r, const char *now, const char *down)
{
	r->seen_ms = r->time_ms;
	r->time_ms = clock_date_ms();
	if (strcmp(r->boot, now) == 0) {
		r->why = END_KILLED;
		r->by = END_BY_UNKNOWN;
	} else {
		r->why = strcmp(r->boot, down) == 0 ? END_SHUTDOWN : END_CRASH;
		r->by = END_BY_HOST;
	}
}

static void
read_down(int top, char down[ENDRECORD_BOOT])
{
	int fd = openat(top, NAME_DOWN, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, down, ENDRECORD_BOOT - 1);

	down[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

void
endsweep_down(void)
{
	int top = statedir_open(STATEDIR_TOP), fd;
	char boot[ENDRECORD_BOOT];

	if (top < 0)
		return;
	endstore_boot(boot);
	fd = openat(top, NAME_DOWN, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0) {
		if (fd_write_all(fd, boot, strlen(boot)))
			unlinkat(top, NAME_DOWN, 0);
		close(fd);
	}
	close(top);
}

/* When the file NAME_DOWN was written, in clock ticks since the boot: now, if the clock was set back since. */
static uint64_t
down_since(int top)
{
	int64_t now, ago = 0, ticks = sysconf(_SC_CLK_TCK);
	struct timespec boot, date;
	struct stat st;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &date);
	now = boot.tv_sec * ticks + boot.tv_nsec * ticks / 1000000000;
	if (fstatat(top, NAME_DOWN, &st, AT_SYMLINK_NOFOLLOW) == 0)
		ago = (date.tv_sec - st.st_mtim.tv_sec) * ticks + (date.tv_nsec - st.st_mtim.tv_nsec) * ticks / 1000000000;
	if (ago >= now)
		return 1;
	return (uint64_t)(ago > 0 ? now - ago : now);
}

uint64_t
endsweep_up(void)
{
	int top = statedir_open(STATEDIR_TOP);
	char boot[ENDRECORD_BOOT], down[ENDRECORD_BOOT];
	uint64_t stopped = 0;

	if (top < 0)
		return 0;
	endstore_boot(boot);
	read_down(top, down);
	/* That of another boot is for the sweeper, which removes it. */
	if (down[0] && strcmp(boot, down) == 0) {
		stopped = down_since(top);
		unlinkat(top, NAME_DOWN, 0);
	}
	close(top);
	return stopped;
}

/* The log's line for R. */
static void
write_line(const struct endrecord *r)
{
	struct audit a;
	char text[96];

	audit_init(&a, r->user, r->uid);
	a.session = r->session;
	memcpy(a.unique, r->unique, sizeof a.unique);
	memcpy(a.name, r->name, sizeof a.name);
	snprintf(text, sizeof text, "duration=%llu status=- why=%s by=%s",
	         (unsigned long long)(r->seen_ms > r->created_ms ? (r->seen_ms - r->created_ms) / 1000 : 0),
	         endrecord_why(r->why), endrecord_by(r->by));
	audit_event(&a, "lost", NULL, NULL, text);
}

struct sweep {
	int running, ends;
	char now[ENDRECORD_BOOT], down[ENDRECORD_BOOT];
};

static void
sweep_running(const struct sweep *s, const char *name)
{
	struct leaderreg entry = { 0 };
	struct endrecord r;
	int rc;

	if (leaderreg_parse_name(&entry, name))
		return;
	rc = endstore_get(s->running, name, &r);
	if (!rc && strcmp(r.boot, s->now) == 0 && login_alive(entry.pid, entry.start) != -ESRCH)
		return;
	/* A leader that ends just now has written its own. */
	if (!rc && endstore_get(s->running, name, &r) == 0 && r.uid == (uint32_t)entry.uid) {
		endsweep_end(&r, s->now, s->down);
		write_line(&r);
		rc = endstore_add(s->ends, &r);
		if (rc)
			log_errno(LOG_WARNING, rc, "cannot write the record of a session's end");
	}
	unlinkat(s->running, name, 0);
}

/* Calls EACH for every name in DIR. */
static void
each_name(const struct sweep *s, int dir, void (*each)(const struct sweep *s, const char *name))
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			each(s, e->d_name);
	if (d)
		closedir(d);
	else if (again >= 0)
		close(again);
}

/* Removes the file of a user who has not lost a session for so long. */
static void
sweep_old(const struct sweep *s, const char *name)
{
	time_t now = time(NULL);
	struct stat st;

	if (fstatat(s->ends, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime + ENDSTORE_DAYS * DAY_S < now)
		unlinkat(s->ends, name, 0);
}

static void
sweep_events(enum statedir which)
{
	int dir = statedir_open(which);

	if (dir < 0)
		return;
	eventstore_sweep(dir, clock_date_ms());
	close(dir);
}

void
endsweep_run(void)
{
	struct sweep s = { .running = statedir_open(STATEDIR_RUNNING), .ends = statedir_open(STATEDIR_ENDS) };
	int top = statedir_open(STATEDIR_TOP);

	if (s.running >= 0 && s.ends >= 0 && top >= 0) {
		endstore_boot(s.now);
		read_down(top, s.down);
		each_name(&s, s.running, sweep_running);
		each_name(&s, s.ends, sweep_old);
		if (strcmp(s.down, s.now) != 0)
			unlinkat(top, NAME_DOWN, 0);
	}
	fd_close(&s.running);
	fd_close(&s.ends);
	fd_close(&top);
	sweep_events(STATEDIR_EVENTS);
	sweep_events(STATEDIR_SAID);
}
