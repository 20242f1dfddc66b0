/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wakeup.h"
#include "lookup.h"

/* The last of the two who know it, the asker and the thread, frees it. */
struct lookup {
	atomic_int users;
	char *host;
	char port[8];
	struct addrinfo hints, *found;
	int error, system_error;
	struct wakeup done;
};

void
lookup_leave(struct lookup *l)
{
	if (!l || atomic_fetch_sub(&l->users, 1) > 1)
		return;
	if (l->found)
		freeaddrinfo(l->found);
	wakeup_close(&l->done);
	free(l->host);
	free(l);
}

static void *
run(void *object)
{
	struct lookup *l = object;

	l->error = getaddrinfo(l->host, l->port, &l->hints, &l->found);
	l->system_error = errno;
	wakeup_put(&l->done);
	lookup_leave(l);
	return NULL;
}

static int
start_thread(struct lookup *l)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread, &attr, run, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return r;
}

struct lookup *
lookup_start(const char *host, unsigned port, int family)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->done = (struct wakeup)WAKEUP_NONE;
	l->hints.ai_family = family;
	l->hints.ai_socktype = SOCK_STREAM;
	snprintf(l->port, sizeof(l->port), "%u", port);
	l->host = strdup(host);
	atomic_init(&l->users, 2);
	if (!l->host || wakeup_open(&l->done) < 0 || start_thread(l)) {
		atomic_store(&l->users, 1);
		lookup_leave(l);
		return NULL;
	}
	return l;
}

int
lookup_fd(const struct lookup *l)
{
	return l->done.fd;
}

const struct addrinfo *
lookup_result(const struct lookup *l, char *why, size_t cap)
{
	if (!l->error)
		return l->found;
	snprintf(why, cap, "%s: %s", l->host,
	         l->error == EAI_SYSTEM ? strerror(l->system_error) : gai_strerror(l->error));
	return NULL;
}
