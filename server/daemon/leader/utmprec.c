/* SPDX-License-Identifier: MIT */
#include "utmprec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include "procstat.h"

/* The unit test has its own. */
#ifndef WTMP_FILE
#define UTMP_FILE _PATH_UTMP
#define WTMP_FILE _PATH_WTMP
#endif

#define TRIES 10
#define TRY_MS 5
#define ENTRIES_MAX 8192  /* a utmp with more is not looked through any further */
#define MARK_MOVED 0x4846 /* in ut_exit, which entries of live logins do not use */

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

/* Whose terminal it is. */
static void
put_tty(struct utmpx *u, const char *tty)
{
	const char *line = strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
	size_t len = strlen(line);

	memset(u->ut_line, 0, sizeof u->ut_line);
	memset(u->ut_id, 0, sizeof u->ut_id);
	put(u->ut_line, sizeof u->ut_line, line);
	/* As others do: the end of the line's name. */
	put(u->ut_id, sizeof u->ut_id, len > sizeof u->ut_id ? line + len - sizeof u->ut_id : line);
}

static void
fill(struct utmpx *u, short type, const char *tty, pid_t pid)
{
	struct timeval now;

	memset(u, 0, sizeof *u);
	u->ut_type = type;
	u->ut_pid = pid;
	put_tty(u, tty);
	gettimeofday(&now, NULL);
	u->ut_tv.tv_sec = (int32_t)now.tv_sec;
	u->ut_tv.tv_usec = (int32_t)now.tv_usec;
}

/*
 * Opens PATH and locks it, or -1.  The C library waits ten seconds for its lock, and every process that may read the
 * file may lock it; a long lock must not delay a session.  While this process has the lock, the library gets its own
 * at once.
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

/* Whether the entry that U would replace is of the same process; -EAGAIN: cannot read it now. */
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

static bool
is_owners(const char *tty, uid_t owner)
{
	struct stat st;

	return tty[0] && stat(tty, &st) == 0 && st.st_uid == owner;
}

bool
utmprec_exists(void)
{
	return access(UTMP_FILE, F_OK) == 0;
}

bool
utmprec_login(const char *tty, uid_t owner, pid_t pid, const char *user, const char *host)
{
	struct utmpx u;

	if (!is_owners(tty, owner))
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

/*
 * Moving an entry is several changes under one lock.  The library's functions let the lock of this process go with each
 * of them, so the file is read and written here: it is one struct utmpx after the other.
 */

static bool
get_entry(int fd, unsigned i, struct utmpx *u)
{
	return pread(fd, u, sizeof *u, (off_t)(i * sizeof *u)) == sizeof *u;
}

static bool
put_entry(int fd, unsigned i, const struct utmpx *u)
{
	return pwrite(fd, u, sizeof *u, (off_t)(i * sizeof *u)) == sizeof *u;
}

static bool
has_line(const struct utmpx *u, const char *line)
{
	return strncmp(u->ut_line, line, sizeof u->ut_line) == 0;
}

/* Whether U is about a terminal's use, as pututxline(3) sees it, and TTY's by its id. */
static bool
has_id_of(const struct utmpx *u, const struct utmpx *tty)
{
	return u->ut_type >= INIT_PROCESS && u->ut_type <= DEAD_PROCESS &&
	       memcmp(u->ut_id, tty->ut_id, sizeof u->ut_id) == 0;
}

static bool
is_sshds(pid_t pid, pid_t sshd)
{
	struct procstat ps;

	return pid == sshd || (pid > 0 && procstat_read(pid, &ps) == 0 && ps.ppid == sshd);
}

static void
end_entry(struct utmpx *u)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	u->ut_type = DEAD_PROCESS;
	memset(u->ut_user, 0, sizeof u->ut_user);
	memset(u->ut_host, 0, sizeof u->ut_host);
	u->ut_exit.e_termination = u->ut_exit.e_exit = 0;
	u->ut_tv.tv_sec = (int32_t)now.tv_sec;
	u->ut_tv.tv_usec = (int32_t)now.tv_usec;
}

/* A moved entry whose leader was killed: the login has ended, and no other process removes the entry. */
static bool
is_left_over(const struct utmpx *u)
{
	return u->ut_type == USER_PROCESS && u->ut_exit.e_termination == MARK_MOVED && u->ut_pid > 0 &&
	       kill(u->ut_pid, 0) && errno == ESRCH;
}

/* Where the copy goes, and where the entry is. */
struct places {
	unsigned to, from;
	bool found;
};

/* Looks for the entry of /dev/pts/PTS and takes left over ones out; *U is then the entry, of TTY's id and line. */
static struct places
find_places(int fd, const char *tty, pid_t sshd, const char *line, struct utmpx *u)
{
	struct places p = { .found = false };
	struct utmpx now, wanted;
	bool have_to = false;
	unsigned i;

	put_tty(&wanted, tty);
	for (i = 0; i < ENTRIES_MAX && get_entry(fd, i, &now); i++) {
		if (is_left_over(&now)) {
			end_entry(&now);
			put_entry(fd, i, &now);
		}
		if (!have_to && has_id_of(&now, &wanted)) {
			have_to = true;
			p.to = i;
		} else if (now.ut_type == USER_PROCESS && now.ut_user[0] && has_line(&now, line) &&
		           is_sshds(now.ut_pid, sshd)) {
			p.found = true;
			p.from = i;
			*u = now;
		}
	}
	if (!have_to)
		p.to = i;
	/* An entry behind the part that was not searched belongs to another login. */
	p.found &= have_to || i < ENTRIES_MAX;
	return p;
}

bool
utmprec_move(const char *tty, uid_t owner, pid_t sshd, unsigned pts, struct utmprec_moved *m)
{
	char line[sizeof ((struct utmpx *)0)->ut_line];
	struct utmpx u, copy;
	struct places p;
	bool done = false;
	int fd;

	if (!is_owners(tty, owner) || (fd = open_locked(UTMP_FILE)) < 0)
		return false;
	snprintf(line, sizeof line, "pts/%u", pts);
	p = find_places(fd, tty, sshd, line, &u);
	if (p.found) {
		copy = u;
		put_tty(&copy, tty);
		copy.ut_exit.e_termination = MARK_MOVED;
		memcpy(m->user, u.ut_user, sizeof m->user);
		m->pid = u.ut_pid;
		m->pts = pts;
		memset(u.ut_user, 0, sizeof u.ut_user);
		done = put_entry(fd, p.to, &copy) && put_entry(fd, p.from, &u);
	}
	close(fd);
	return done;
}

bool
utmprec_move_back(const char *tty, const struct utmprec_moved *m)
{
	char line[sizeof ((struct utmpx *)0)->ut_line];
	int fd = open_locked(UTMP_FILE);
	struct utmpx now, wanted;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR;
	snprintf(line, sizeof line, "pts/%u", m->pts);
	put_tty(&wanted, tty);
	for (unsigned i = 0; i < ENTRIES_MAX && get_entry(fd, i, &now); i++) {
		if (now.ut_type != USER_PROCESS || now.ut_pid != m->pid)
			continue;
		if (now.ut_exit.e_termination == MARK_MOVED && has_line(&now, wanted.ut_line)) {
			end_entry(&now);
			put_entry(fd, i, &now);
		} else if (!now.ut_user[0] && has_line(&now, line)) {
			memcpy(now.ut_user, m->user, sizeof now.ut_user);
			put_entry(fd, i, &now);
		}
	}
	close(fd);
	return true;
}
