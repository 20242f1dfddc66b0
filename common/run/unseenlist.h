/* SPDX-License-Identifier: MIT */
/* unseenlist: the files of unseen.h as events. */
#ifndef HOLDFAST_UNSEENLIST_H
#define HOLDFAST_UNSEENLIST_H

#include <stdint.h>

#include "event.h"
#include "record.h"
#include "unseen.h"

struct unseen_login {
	enum unseen kind;
	uint64_t start;    /* of its sshd, in clock ticks (procstat.h); 1: unknown */
	uint64_t left_ms;  /* clock_date_ms(): the module has left it */
	struct event event; /* "aside", as of the time when the login began */
};

/*
 * Reads the file NAME in DIR, PATH_LOGINS: 0; -ENOENT: there is none; -EBADMSG, -EPERM: it is damaged, or others than
 * this process's user can write it; or another negative errno.  A user who is not in the record by number is asked for
 * in the user database; without one the event has no uid.
 */
int unseenlist_read(int dir, const char *name, struct unseen_login *l);
/* Calls EACH for the name of each such file, which may remove it. */
void unseenlist_each(int dir, void (*each)(void *object, int dir, const char *name), void *object);

#endif
