/* SPDX-License-Identifier: MIT */
#include "eventstore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "owndir.h"
#include "paths.h"
#include "userfile.h"

#define DAY_MS UINT64_C(86400000)
#define KEEP_MS (EVENTSTORE_DAYS * DAY_MS)
#define NAME_SWEPT ".swept"              /* when eventstore_sweep() has looked last */
#define KINDS 48                         /* different events in one file; further ones have no share of their own */
#define KEEP_LINES (EVENTSTORE_LINES * 3 / 4) /* where lines have to go, so that not each event moves all */
#define KEEP_BYTES (EVENTSTORE_BYTES * 3 / 4)

int
eventstore_open(void)
{
	return owndir_open(AT_FDCWD, PATH_EVENTS, 0, 077);
}

static uid_t
uid_of(const struct event *e)
{
	uint64_t uid;

	return event_get_number(e, "uid", &uid) == 0 && uid < USERFILE_HOST ? (uid_t)uid : USERFILE_HOST;
}

/* How many of each event were seen. */
struct kinds {
	struct { char name[EVENT_KEY_MAX + 1]; unsigned count; } v[KINDS];
	size_t count;
};

/* Whether the event NAME has less than its share so far; counts it. */
static bool
has_share(struct kinds *k, const char *name)
{
	size_t i = 0;

	while (i < k->count && strncmp(k->v[i].name, name, EVENT_KEY_MAX) != 0)
		i++;
	if (i == KINDS)
		return false;
	if (i == k->count)
		strncpy(k->v[k->count++].name, name, EVENT_KEY_MAX);
	return k->v[i].count++ < EVENTSTORE_EACH;
}

/* What goes gets the length 0: of the shares first, then of the rest, the latest lines stay. */
static void
choose(struct eventlist *l)
{
	bool *stays = calloc(l->count + 1, sizeof *stays);
	struct kinds *kinds = calloc(1, sizeof *kinds);
	size_t lines = 0, bytes = 0;
	struct event e;

	for (int pass = 0; stays && kinds && pass < 2; pass++)
		for (size_t i = l->count; i-- > 0;) {
			if (stays[i] || lines == KEEP_LINES || bytes + l->v[i].len + 1 > KEEP_BYTES)
				continue;
			if (pass == 0 && (eventlist_get(l, i, &e) || !has_share(kinds, event_value(&e, 0))))
				continue;
			stays[i] = true;
			lines++;
			bytes += l->v[i].len + 1;
		}
	for (size_t i = 0; i < l->count; i++)
		if (!stays || !stays[i])
			l->v[i].len = 0;
	free(stays);
	free(kinds);
}

/* Writes the lines of L that have a length, and behind them the LEN bytes at LINE. */
static int
rewrite(int dir, const char *name, const struct eventlist *l, const char *line, size_t len)
{
	char *text = malloc(EVENTSTORE_BYTES + EVENT_LINE);
	size_t at = 0;
	int rc;

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < l->count && at + l->v[i].len + 1 + len <= EVENTSTORE_BYTES; i++) {
		if (!l->v[i].len)
			continue;
		memcpy(text + at, l->v[i].line, l->v[i].len);
		at += l->v[i].len;
		text[at++] = '\n';
	}
	memcpy(text + at, line, len);
	rc = userfile_replace(dir, name, EVENTSTORE_MODE, text, at + len);
	free(text);
	return rc;
}

static size_t
bytes_of(const struct eventlist *l)
{
	size_t bytes = 0;

	for (size_t i = 0; i < l->count; i++)
		bytes += l->v[i].len + 1;
	return bytes;
}

/* With the lock. */
static int
add_to(int dir, const char *name, const struct event *e, bool make)
{
	struct eventlist l = EVENTLIST_INIT;
	struct event numbered = *e;
	char line[EVENT_LINE];
	int rc = eventlist_read(&l, dir, name, EVENTSTORE_BYTES, 0), len;

	numbered.seq = 1;
	for (size_t i = 0; i < l.count; i++)
		if (l.v[i].seq >= numbered.seq)
			numbered.seq = l.v[i].seq + 1;
	len = event_line(&numbered, line);
	if (!rc && (l.count >= EVENTSTORE_LINES || bytes_of(&l) + (size_t)len > EVENTSTORE_BYTES)) {
		choose(&l);
		rc = rewrite(dir, name, &l, line, (size_t)len);
	} else if (!rc) {
		rc = userfile_append(dir, name, make ? EVENTSTORE_MODE : 0, line, (size_t)len);
		rc = rc == -ENOENT && !make ? 0 : rc;
	}
	eventlist_free(&l);
	return rc;
}

int
eventstore_add(int dir, const struct event *e)
{
	const char *user = event_get(e, "user");
	uid_t uid = uid_of(e);
	char name[USERFILE_NAME];
	int lock, rc;

	userfile_name(uid, name);
	lock = userfile_lock(dir, uid, EVENTSTORE_LOCK_MS);
	if (lock < 0)
		return lock;
	rc = add_to(dir, name, e, uid == USERFILE_HOST || (user && *user && strcmp(user, "-") != 0));
	close(lock);
	return rc;
}

int
eventstore_read(int dir, const char *name, uint64_t since_ms, struct eventlist *l)
{
	uint64_t now = clock_date_ms(), first = now > KEEP_MS ? now - KEEP_MS : 0;

	return eventlist_read(l, dir, name, EVENTSTORE_BYTES, since_ms > first ? since_ms : first);
}

int
eventstore_read_fd(int fd, uint64_t since_ms, struct eventlist *l)
{
	return eventlist_read_fd(l, fd, EVENTSTORE_BYTES, since_ms);
}

int
eventstore_each(int dir, int (*each)(int dir, const char *name, uint64_t ms, struct eventlist *l), uint64_t ms,
                struct eventlist *l)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *d = again < 0 ? NULL : fdopendir(again);
	const struct dirent *e;

	if (!d) {
		rc = -errno;
		if (again >= 0)
			close(again);
		return rc;
	}
	while (!rc && (e = readdir(d)))
		if (e->d_name[0] != '.')
			rc = each(dir, e->d_name, ms, l);
	closedir(d);
	return rc;
}

int
eventstore_read_all(int dir, uint64_t since_ms, struct eventlist *l)
{
	return eventstore_each(dir, eventstore_read, since_ms, l);
}

/* Rewrites DIR/NAME where its first line is older than FIRST_MS; removes a file of such lines alone. */
static int
sweep_one(int dir, const char *name, uint64_t first_ms, struct eventlist *unused)
{
	struct eventlist all = EVENTLIST_INIT;
	uid_t uid = strcmp(name, "host") == 0 ? USERFILE_HOST : (uid_t)strtoul(name, NULL, 10);
	int lock = userfile_lock(dir, uid, 0);
	size_t old = 0;

	(void)unused;
	if (lock < 0)
		return 0;
	if (eventlist_read(&all, dir, name, EVENTSTORE_BYTES, 0) == 0) {
		for (size_t i = 0; i < all.count; i++)
			if (all.v[i].time_ms < first_ms) {
				all.v[i].len = 0;
				old++;
			}
		if (old == all.count)
			unlinkat(dir, name, 0);
		else if (old)
			rewrite(dir, name, &all, "", 0);
	}
	eventlist_free(&all);
	close(lock);
	return 0;
}

/* Whether it is a day since the last time; notes that it is done now. */
static bool
is_time(int dir, uint64_t now_ms)
{
	int fd = openat(dir, NAME_SWEPT, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat st;
	bool due = fd >= 0 && fstat(fd, &st) == 0 && (st.st_size == 0 || (uint64_t)st.st_mtime * 1000 + DAY_MS <= now_ms);

	if (due)
		due = pwrite(fd, "\n", 1, 0) == 1;
	if (fd >= 0)
		close(fd);
	return due;
}

void
eventstore_sweep(int dir, uint64_t now_ms)
{
	if (is_time(dir, now_ms))
		eventstore_each(dir, sweep_one, now_ms > KEEP_MS ? now_ms - KEEP_MS : 0, NULL);
}
