/* SPDX-License-Identifier: MIT */
#include "eventsource.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "events.h"
#include "eventstore.h"
#include "fd.h"
#include "paths.h"
#include "userfile.h"

#define REOPENS 30 /* seconds: holdfastd may be restarting when the file has been replaced */

/* The user's own file from holdfastd, and a watch on it, by the link to the descriptor: its path is root's. */
static int
open_file(struct eventsource *s)
{
	int fds[EVENTS_FILES], rc = events_open(fds);
	char link[40];

	if (rc)
		return rc;
	fd_close(&fds[EVENTS_SAID]);
	fd_close(&s->file);
	s->file = fds[EVENTS_FILE];
	if (s->inotify < 0)
		return 0;
	if (s->file < 0)
		return -ENODATA;
	snprintf(link, sizeof link, "/proc/self/fd/%d", s->file);
	return inotify_add_watch(s->inotify, link, IN_MODIFY | IN_ATTRIB) < 0 ? -errno : 0;
}

static int
open_dir(struct eventsource *s)
{
	s->dir = eventstore_open();
	if (s->dir < 0)
		return s->dir == -ENOENT && s->inotify < 0 ? 0 : s->dir;
	if (s->inotify >= 0 && inotify_add_watch(s->inotify, PATH_EVENTS, IN_MODIFY | IN_MOVED_TO | IN_ONLYDIR) < 0)
		return -errno;
	return 0;
}

int
eventsource_open(struct eventsource *s, uid_t uid, bool everybody, bool follow)
{
	*s = (struct eventsource)EVENTSOURCE_INIT;
	s->uid = uid;
	s->everybody = everybody;
	if (follow) {
		s->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (s->inotify < 0)
			return -errno;
	}
	return geteuid() == 0 ? open_dir(s) : open_file(s);
}

/* The latest number of the file NAME, or NULL: no memory. */
static uint64_t *
seen_of(struct eventsource *s, const char *name)
{
	struct eventsource_seen *more;

	for (size_t i = 0; i < s->seen_count; i++)
		if (strcmp(s->seen[i].name, name) == 0)
			return &s->seen[i].seq;
	more = reallocarray(s->seen, s->seen_count + 1, sizeof *more);
	if (!more)
		return NULL;
	s->seen = more;
	more += s->seen_count++;
	snprintf(more->name, sizeof more->name, "%s", name);
	more->seq = 0;
	return &more->seq;
}

/* Of the events of one file, which stand in *L from FROM on, leaves those that are new. */
static int
leave_new(struct eventsource *s, const char *name, struct eventlist *l, size_t from)
{
	uint64_t *seen = seen_of(s, name), last = 0;
	size_t left = from;

	if (!seen)
		return -ENOMEM;
	for (size_t i = from; i < l->count; i++)
		last = l->v[i].seq > last ? l->v[i].seq : last;
	/* The store was removed, and begins anew. */
	if (last < *seen)
		*seen = 0;
	for (size_t i = from; i < l->count; i++)
		if (l->v[i].seq > *seen)
			l->v[left++] = l->v[i];
	if (l->count > from)
		*seen = last;
	l->count = left;
	return 0;
}

static int
read_name(struct eventsource *s, const char *name, uint64_t since_ms, struct eventlist *l)
{
	size_t from = l->count;
	int rc = eventstore_read(s->dir, name, since_ms, l);

	return rc ? rc : leave_new(s, name, l, from);
}

static int
read_dir(struct eventsource *s, uint64_t since_ms, struct eventlist *l)
{
	int again = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *d = again < 0 ? NULL : fdopendir(again);
	const struct dirent *e;

	if (!d) {
		rc = -errno;
		fd_close(&again);
		return rc;
	}
	while (!rc && (e = readdir(d)))
		if (e->d_name[0] != '.' && strlen(e->d_name) < USERFILE_NAME)
			rc = read_name(s, e->d_name, since_ms, l);
	closedir(d);
	return rc;
}

/* A file that was replaced is opened anew. */
static int
read_own(struct eventsource *s, uint64_t since_ms, struct eventlist *l)
{
	size_t from = l->count;
	int rc = 0;

	for (int i = 0; i < REOPENS; i++) {
		rc = s->file >= 0 ? eventstore_read_fd(s->file, since_ms, l) : 0;
		if (!rc)
			return leave_new(s, "", l, from);
		if (rc != -EAGAIN && rc != -ENOENT && rc != -ECONNREFUSED)
			return rc;
		if (rc != -EAGAIN || i)
			sleep(1);
		rc = open_file(s);
	}
	return rc;
}

int
eventsource_read(struct eventsource *s, uint64_t since_ms, struct eventlist *l)
{
	char name[USERFILE_NAME];
	int rc;

	userfile_name(s->uid, name);
	if (geteuid() != 0)
		rc = read_own(s, since_ms, l);
	else if (s->dir < 0)
		rc = 0;
	else
		rc = s->everybody ? read_dir(s, since_ms, l) : read_name(s, name, since_ms, l);
	eventlist_sort(l);
	return rc;
}

int
eventsource_wait(struct eventsource *s)
{
	/* An output that nobody reads: a pipe's tells it by POLLERR. */
	struct pollfd p[] = { { .fd = s->inotify, .events = POLLIN }, { .fd = STDOUT_FILENO, .events = 0 } };
	char buf[4096] __attribute__((aligned(8)));

	if (poll(p, 2, -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[1].revents & POLLERR)
		return -EPIPE;
	/* What has changed is read anyway. */
	while (read(s->inotify, buf, sizeof buf) > 0)
		;
	return 0;
}

void
eventsource_close(struct eventsource *s)
{
	fd_close(&s->dir);
	fd_close(&s->file);
	fd_close(&s->inotify);
	free(s->seen);
	*s = (struct eventsource)EVENTSOURCE_INIT;
}
