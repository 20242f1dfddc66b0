/* SPDX-License-Identifier: MIT */
#include "tellends.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clean.h"
#include "clock.h"
#include "endstore.h"
#include "endwords.h"
#include "fd.h"
#include "paths.h"
#include "reply.h"
#include "rundir.h"
#include "signals.h"
#include "statedir.h"
#include "userfile.h"

/* Most logins have nothing to be told, and need no process.  access(2) waits for no frozen disk. */
static bool
has_records(uid_t uid)
{
	char name[USERFILE_NAME], path[sizeof PATH_ENDS + USERFILE_NAME];

	userfile_name(uid, name);
	snprintf(path, sizeof path, PATH_ENDS "/%s", name);
	return access(path, F_OK) == 0;
}

/* Whether the helper still waits. */
static bool
is_awaited(int out)
{
	struct pollfd p = { .fd = out };

	return poll(&p, 1, 0) == 0;
}

/* The line for the person, to OUT: in one write. */
static void
find_line(uid_t uid, int out)
{
	struct endrecord r;
	char line[TEXT_CAP], text[TEXT_CAP];
	size_t count = 0;
	int dir = statedir_open(STATEDIR_ENDS);

	/* Nothing is noted as told that nobody hears. */
	if (dir < 0 || endstore_tell(dir, uid, is_awaited, out, &r, &count))
		return;
	endwords_line(&r, clock_date_ms(), line);
	if (count > 1)
		snprintf(text, sizeof text, "%.420s (and %zu more); holdfastctl last", line, count - 1);
	else
		snprintf(text, sizeof text, "%.420s; holdfastctl last", line);
	(void)!write(out, text, strlen(text));
}

/*
 * The lock, which is on no disk, of the one process that may read for UID: or a frozen disk would gather one of each
 * login, and nothing ends those.  A negative errno: there is one.
 */
static int
lock_reading(uid_t uid)
{
	int dir = rundir_open(PATH_LOGINS, 0700), lock;

	if (dir < 0)
		return dir;
	lock = userfile_lock(dir, uid, 0);
	close(dir);
	return lock;
}

/* Nobody's child: the leader that this helper becomes has no use for its end.  It has LOCK as long as it lives. */
static void __attribute__((noreturn))
become_reader(uid_t uid, int out, int lock)
{
	static const int none[] = { 0 };
	const int keep[] = { out, lock };
	pid_t pid = fork();

	if (pid)
		_exit(pid < 0);
	signals_reset();
	signals_catch(none);
	signals_alarm(TELLENDS_SECONDS);
	if (clean_descriptors(keep, 2) == 0)
		find_line(uid, out);
	_exit(0);
}

/* The end to read of a pipe from that process; -1: there is none. */
static int
start_reader(uid_t uid)
{
	int pair[2] = { -1, -1 }, lock = lock_reading(uid);
	pid_t pid;

	if (lock < 0 || pipe2(pair, O_CLOEXEC)) {
		fd_close(&lock);
		return -1;
	}
	pid = fork();
	if (pid == 0)
		become_reader(uid, pair[1], lock);
	close(lock);
	close(pair[1]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return pair[0];
}

void
tellends_run(int conn, uid_t uid)
{
	struct vouch_reply told = { .type = VOUCH_TOLD };
	int in = has_records(uid) ? start_reader(uid) : -1;
	struct pollfd p = { .fd = in, .events = POLLIN };
	ssize_t n = -1;

	if (in < 0)
		return;
	if (poll(&p, 1, TELLENDS_MS) > 0)
		n = fd_read(in, told.text, sizeof told.text - 1);
	close(in);
	if (n > 0)
		reply_send(conn, &told);
}
