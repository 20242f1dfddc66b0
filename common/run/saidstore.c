/* SPDX-License-Identifier: MIT */
#include "saidstore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eventstore.h"
#include "owndir.h"
#include "paths.h"
#include "userfile.h"

#define MODE 0644    /* for inotify(7), as eventstore.h has it */
#define LOCK_MS 100

int
saidstore_open(void)
{
	return owndir_open(AT_FDCWD, PATH_SAID, 0, 077);
}

int
saidstore_read(int dir, const char *name, uint64_t since_ms, struct eventlist *l)
{
	return eventlist_read(l, dir, name, SAIDSTORE_BYTES, since_ms);
}

int
saidstore_read_all(int dir, uint64_t since_ms, struct eventlist *l)
{
	return eventstore_each(dir, saidstore_read, since_ms, l);
}

int
saidstore_read_fd(int fd, uint64_t since_ms, struct eventlist *l)
{
	return eventlist_read_fd(l, fd, SAIDSTORE_BYTES, since_ms);
}

/* Whether there were SAIDSTORE_BURST lines just now.  A clock that was set back does not silence anybody. */
static bool
says_too_much(const struct eventlist *l, uint64_t now_ms)
{
	uint64_t then;

	if (l->count < SAIDSTORE_BURST)
		return false;
	then = l->v[l->count - SAIDSTORE_BURST].time_ms;
	return then <= now_ms && now_ms - then < SAIDSTORE_BURST_MS;
}

/* Writes the latest lines of L, as many as there is room for, and LINE behind them. */
static int
rewrite(int dir, const char *name, const struct eventlist *l, const char *line, size_t len)
{
	char *text = malloc(SAIDSTORE_BYTES);
	size_t first = l->count, at = 0, bytes = len;
	int rc;

	if (!text)
		return -ENOMEM;
	while (first && l->count - first < SAIDSTORE_LINES - 1 &&
	       bytes + l->v[first - 1].len + 1 <= SAIDSTORE_BYTES)
		bytes += l->v[--first].len + 1;
	for (; first < l->count; first++) {
		memcpy(text + at, l->v[first].line, l->v[first].len);
		at += l->v[first].len;
		text[at++] = '\n';
	}
	memcpy(text + at, line, len);
	rc = userfile_replace(dir, name, MODE, text, at + len);
	free(text);
	return rc;
}

int
saidstore_add(int dir, uid_t uid, const struct event *e)
{
	struct eventlist l = EVENTLIST_INIT;
	struct event numbered = *e;
	char name[USERFILE_NAME], line[EVENT_LINE];
	int lock = userfile_lock(dir, uid, LOCK_MS), rc;

	if (lock < 0)
		return lock;
	userfile_name(uid, name);
	rc = saidstore_read(dir, name, 0, &l);
	numbered.seq = l.count ? l.v[l.count - 1].seq + 1 : 1;
	if (!rc && says_too_much(&l, e->time_ms))
		rc = -EBUSY;
	if (!rc)
		rc = rewrite(dir, name, &l, line, (size_t)event_line(&numbered, line));
	eventlist_free(&l);
	close(lock);
	return rc;
}
