/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "eventstore.h"
#include "fd.h"
#include "reply.h"
#include "statedir.h"
#include "unseentake.h"
#include "userfile.h"

/*
 * The caller's own records, as they are now: the descriptor cannot be written to, and is of no use when there are later
 * ones.
 */
void
files_ends(int conn, uid_t caller)
{
	int dir = statedir_open(STATEDIR_ENDS), fd = -1;
	char name[USERFILE_NAME];

	if (dir < 0) {
		reply_error(conn, "cannot open the records of ends");
		return;
	}
	userfile_name(caller, name);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	reply_ends(conn, fd);
	fd_close(&fd);
	close(dir);
}

/* The caller's file NAME in the directory WHICH: a descriptor for reading, or -1. */
static int
open_own(enum statedir which, const char *name, int flags)
{
	int dir = statedir_open(which), fd;

	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, EVENTSTORE_MODE);
	close(dir);
	return fd;
}

/*
 * The caller's own events, and those to come: the descriptor cannot be written to.  There is a file to watch for each
 * account, and none for a uid that is nobody's.
 */
void
files_events(int conn, uid_t caller)
{
	int fds[VOUCH_FILES] = { -1, -1 };
	char name[USERFILE_NAME];

	unseentake_off(caller);
	userfile_name(caller, name);
	fds[0] = open_own(STATEDIR_EVENTS, name, 0);
	if (fds[0] < 0 && getpwuid(caller))
		fds[0] = open_own(STATEDIR_EVENTS, name, O_CREAT);
	fds[1] = open_own(STATEDIR_SAID, name, 0);
	reply_events(conn, fds);
	fd_close(&fds[0]);
	fd_close(&fds[1]);
}
