/* SPDX-License-Identifier: MIT */
/*
 * eventsource: where holdfastctl gets events from, and waits for those to come, with inotify(7) and without looking
 * again and again: root from the directory of the store, a user from the own file, which holdfastd opens.
 */
#ifndef HOLDFAST_EVENTSOURCE_H
#define HOLDFAST_EVENTSOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "eventlist.h"

struct eventsource {
	int dir;       /* root: the store's, owned; else -1 */
	int file;      /* a user: the own file, owned; -1: there is none, or it has to be opened */
	int inotify;   /* owned; -1: nobody waits */
	uid_t uid;     /* whose events … */
	bool everybody; /* … root: or those of all, and of the host */
	struct eventsource_seen { char name[16]; uint64_t seq; } *seen; /* owned: the latest one of each file */
	size_t seen_count;
};

#define EVENTSOURCE_INIT { .dir = -1, .file = -1, .inotify = -1 }

/*
 * Opens it for the user UID, or EVERYBODY, who must be root; FOLLOW: it will be waited for.  0; -ENOENT or
 * -ECONNREFUSED: holdfastd is not there, and this is no root; -EPROTO: holdfastd is too old; -ENODATA: FOLLOW, and the
 * user has no account, and so no file; another negative errno.
 */
int eventsource_open(struct eventsource *s, uid_t uid, bool everybody, bool follow);
/* Adds to *L what has come since the last call, and not before SINCE_MS; sorts it.  0 or a negative errno. */
int eventsource_read(struct eventsource *s, uint64_t since_ms, struct eventlist *l);
/* Waits until something may have come: 0; -EPIPE: nobody reads our output any more; another negative errno. */
int eventsource_wait(struct eventsource *s);
void eventsource_close(struct eventsource *s);

#endif
