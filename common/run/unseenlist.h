/* SPDX-License-Identifier: MIT */
/* unseenlist: the files of unseen.h as events. */
#ifndef HOLDFAST_UNSEENLIST_H
#define HOLDFAST_UNSEENLIST_H

#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "event.h"
#include "record.h"
#include "unseen.h"

struct unseen_login {
	enum unseen kind;
	uint64_t start;    /* of its sshd, in clock ticks (procstat.h); 1: unknown */
	uint64_t left_ms;  /* clock_date_ms(): the module has left it */
	struct event event; /* "aside", as of the time when the login began */
};

/* The user whose logins alone are wanted. */
struct unseen_user {
	char name[USER_CAP]; /* as in the user database */
	uid_t uid;
};

/*
 * Reads the file NAME in DIR, PATH_LOGINS: 0; -ENOENT: there is none; -EBADMSG, -EPERM: it is damaged, or others than
 * this process's user can write it; -ESRCH: it is of another user than OF; or another negative errno.  OF may be NULL:
 * then a user who is not in the record by number is asked for in the user database; without one the event has no uid.
 */
int unseenlist_read(int dir, const char *name, const struct unseen_user *of, struct unseen_login *l);
/*
 * Calls EACH for the name of each such file in DIR, which may remove it.  With OF, for the names alone that a file of
 * that user can have, UNSEEN_EACH of each kind, whether there is one or not: neither the directory nor the user
 * database is read, however many logins of others have left files.
 */
void unseenlist_each(int dir, const struct unseen_user *of, void (*each)(void *object, int dir, const char *name),
                     void *object);

#endif
