/* SPDX-License-Identifier: MIT */
/* A thread polls the descriptors; what it finds, it does not look for again until pollset_again says so. */
#include "pollset.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "wakeup.h"

#define ENTRIES 1024 /* more than all relays and listeners have */

struct entry {
	int fd;          /* -1: none */
	void *object;
	unsigned wanted; /* POLLSET_*: the thread looks for these */
	unsigned found;  /* and has found these, which nobody has taken */
	unsigned serial; /* of the descriptor that the number stands for now */
};

struct look {
	struct pollfd fds[ENTRIES + 1];
	size_t at[ENTRIES + 1]; /* which entry it is */
	unsigned serial[ENTRIES + 1];
	nfds_t n;
};

struct pollset {
	pthread_t thread;
	struct look look;     /* the thread's */
	struct wakeup changed; /* for the thread: what is wanted has changed */
	struct wakeup news;    /* for the others: something was found */
	pthread_mutex_t lock; /* for all that follows */
	struct entry v[ENTRIES];
	size_t count;
	unsigned serial;
	bool over;
};

static void
collect(struct pollset *p, struct look *l)
{
	l->fds[0] = (struct pollfd){ .fd = p->changed.fd, .events = POLLIN };
	l->n = 1;
	for (size_t i = 0; i < p->count; i++) {
		const struct entry *e = &p->v[i];

		if (e->fd < 0 || !e->wanted)
			continue;
		l->fds[l->n] = (struct pollfd){ .fd = e->fd };
		if (e->wanted & POLLSET_READABLE)
			l->fds[l->n].events |= POLLIN;
		if (e->wanted & POLLSET_WRITABLE)
			l->fds[l->n].events |= POLLOUT;
		l->at[l->n] = i;
		l->serial[l->n++] = e->serial;
	}
}

/* Whether anything has been found. */
static bool
note(struct pollset *p, const struct look *l)
{
	bool any = false;

	for (nfds_t i = 1; i < l->n; i++) {
		struct entry *e = &p->v[l->at[i]];
		unsigned found = 0;

		if (!l->fds[i].revents || e->serial != l->serial[i])
			continue;
		if (l->fds[i].revents & ~POLLOUT)
			found |= POLLSET_READABLE;
		if (l->fds[i].revents & ~POLLIN)
			found |= POLLSET_WRITABLE;
		e->found |= found & e->wanted;
		/* One that is broken would be found again and again. */
		e->wanted &= ~found;
		any = any || e->found;
	}
	return any;
}

static void *
run(void *object)
{
	struct pollset *p = object;
	struct look *l = &p->look;
	bool over;

	do {
		pthread_mutex_lock(&p->lock);
		over = p->over;
		collect(p, l);
		pthread_mutex_unlock(&p->lock);
		if (over || poll(l->fds, l->n, -1) <= 0)
			continue;
		if (l->fds[0].revents)
			wakeup_take(&p->changed);
		pthread_mutex_lock(&p->lock);
		if (note(p, l))
			wakeup_put(&p->news);
		pthread_mutex_unlock(&p->lock);
	} while (!over);
	return NULL;
}

struct pollset *
pollset_new(void)
{
	struct pollset *p = calloc(1, sizeof *p);
	sigset_t all, before;
	int rc;

	if (!p)
		return NULL;
	p->changed = p->news = (struct wakeup)WAKEUP_NONE;
	pthread_mutex_init(&p->lock, NULL);
	rc = wakeup_open(&p->changed);
	if (!rc)
		rc = wakeup_open(&p->news);
	if (!rc) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		rc = pthread_create(&p->thread, NULL, run, p);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	if (rc) {
		wakeup_close(&p->changed);
		wakeup_close(&p->news);
		pthread_mutex_destroy(&p->lock);
		free(p);
		return NULL;
	}
	return p;
}

void
pollset_free(struct pollset *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_mutex_unlock(&p->lock);
	wakeup_put(&p->changed);
	pthread_join(p->thread, NULL);
	wakeup_close(&p->changed);
	wakeup_close(&p->news);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int
pollset_fd(const struct pollset *p)
{
	return p->news.fd;
}

/* The entry of FD, -1: a free one; NULL: none. */
static struct entry *
find(struct pollset *p, int fd)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->v[i].fd == fd)
			return &p->v[i];
	return NULL;
}

int
pollset_add(struct pollset *p, int fd, unsigned what, void *object)
{
	struct entry *e;

	pthread_mutex_lock(&p->lock);
	e = find(p, -1);
	if (!e && p->count < ENTRIES)
		e = &p->v[p->count++];
	if (e)
		*e = (struct entry){ .fd = fd, .object = object, .wanted = what, .serial = ++p->serial };
	pthread_mutex_unlock(&p->lock);
	wakeup_put(&p->changed);
	return e ? 0 : -ENOSPC;
}

void
pollset_again(struct pollset *p, int fd, unsigned what)
{
	struct entry *e;

	pthread_mutex_lock(&p->lock);
	e = find(p, fd);
	if (e)
		e->wanted |= what;
	pthread_mutex_unlock(&p->lock);
	wakeup_put(&p->changed);
}

void
pollset_remove(struct pollset *p, int fd)
{
	struct entry *e;

	pthread_mutex_lock(&p->lock);
	e = find(p, fd);
	if (e)
		*e = (struct entry){ .fd = -1 };
	pthread_mutex_unlock(&p->lock);
	wakeup_put(&p->changed);
}

size_t
pollset_take(struct pollset *p, struct pollset_event *v, size_t cap)
{
	size_t n = 0, i;

	pthread_mutex_lock(&p->lock);
	wakeup_take(&p->news);
	for (i = 0; i < p->count && n < cap; i++) {
		struct entry *e = &p->v[i];

		if (e->fd < 0 || !e->found)
			continue;
		v[n++] = (struct pollset_event){ e->object, e->found };
		e->found = 0;
	}
	if (n == cap)
		wakeup_put(&p->news);
	pthread_mutex_unlock(&p->lock);
	return n;
}
