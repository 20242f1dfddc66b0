/* SPDX-License-Identifier: MIT */
#include "utmprec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

/* The unit test has its own. */
#ifndef WTMP_FILE
#define UTMP_FILE _PATH_UTMP
#define WTMP_FILE _PATH_WTMP
#endif

#define TRIES 10
#define TRY_MS 5

/* The fields need no NUL where they are full. */
static void
put(char *field, size_t cap, const char *text)
{
	size_t len = strlen(text);

	memcpy(field, text, len < cap ? len : cap);
}

static void
put_address(struct utmpx *u, const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		memcpy(u->ut_addr_v6, &four, sizeof four);
	else if (inet_pton(AF_INET6, host, &six) == 1)
		memcpy(u->ut_addr_v6, &six, sizeof six);
}

static void
fill(struct utmpx *u, short type, const char *tty, pid_t pid)
{
	const char *line = strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
	size_t len = strlen(line);
	struct timeval now;

	memset(u, 0, sizeof *u);
	u->ut_type = type;
	u->ut_pid = pid;
	put(u->ut_line, sizeof u->ut_line, line);
	/* As others do: the end of the line's name. */
	put(u->ut_id, sizeof u->ut_id, len > sizeof u->ut_id ? line + len - sizeof u->ut_id : line);
	gettimeofday(&now, NULL);
	u->ut_tv.tv_sec = (int32_t)now.tv_sec;
	u->ut_tv.tv_usec = (int32_t)now.tv_usec;
}

/*
 * Opens PATH and locks it, or -1.  The library waits for its lock for ten seconds, and everybody may read the file and
 * lock it for that: who holds it for long must not hold up a session.  With the lock here the library's own, of the
 * same process, comes at once.
 */
static int
open_locked(const char *path)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct timespec pause = { .tv_nsec = TRY_MS * 1000000L };
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);

	for (int i = 0; fd >= 0 && i < TRIES; i++) {
		if (fcntl(fd, F_SETLK, &all) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Whether it could be done. */
static bool
enter(const struct utmpx *u)
{
	int fd = open_locked(UTMP_FILE);

	if (fd < 0)
		return false;
	setutxent();
	pututxline(u);
	endutxent();
	close(fd);
	fd = open_locked(WTMP_FILE);
	if (fd < 0)
		return true;
	updwtmpx(WTMP_FILE, u);
	close(fd);
	return true;
}

/* Whether the entry that U would take the place of is of the same process; -EAGAIN when it can't be read now. */
static int
is_its_own(const struct utmpx *u)
{
	int fd = open_locked(UTMP_FILE);
	const struct utmpx *there;
	bool own;

	if (fd < 0)
		return -EAGAIN;
	setutxent();
	there = getutxid(u);
	own = there && there->ut_pid == u->ut_pid;
	endutxent();
	close(fd);
	return own;
}

bool
utmprec_login(const char *tty, uid_t owner, pid_t pid, const char *user, const char *host)
{
	struct utmpx u;
	struct stat st;

	if (!tty[0] || stat(tty, &st) || st.st_uid != owner)
		return false;
	fill(&u, USER_PROCESS, tty, pid);
	put(u.ut_user, sizeof u.ut_user, user);
	put(u.ut_host, sizeof u.ut_host, host);
	put_address(&u, host);
	return enter(&u);
}

bool
utmprec_logout(const char *tty, pid_t pid)
{
	struct utmpx u;
	int own;

	fill(&u, DEAD_PROCESS, tty, pid);
	own = is_its_own(&u);
	return own > 0 ? enter(&u) : own == 0;
}
