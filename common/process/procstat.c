/* SPDX-License-Identifier: MIT */
#include "procstat.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"

/* 52 numbers of up to 20 digits and a name of at most 64 bytes fit several times. */
#define STAT_MAX 2048

int
procstat_open(pid_t pid)
{
	char path[32];
	int fd;

	if (pid <= 0)
		return -ENOENT;
	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The next field, a decimal number between MIN and MAX, taken off *P with the blank before it. */
static int
take_signed(const char **p, long long min, long long max, long long *v)
{
	char *end;

	if ((*p)[0] != ' ' || ((*p)[1] != '-' && ((*p)[1] < '0' || (*p)[1] > '9')))
		return -EBADMSG;
	errno = 0;
	*v = strtoll(*p + 1, &end, 10);
	if (errno || end == *p + 1 || *v < min || *v > max)
		return -EBADMSG;
	*p = end;
	return 0;
}

/* Passes over N fields. */
static int
skip_fields(const char **p, unsigned n)
{
	while (n--) {
		if (**p != ' ')
			return -EBADMSG;
		*p += 1 + strcspn(*p + 1, " \n");
	}
	return 0;
}

/* Fields 4 to 8 and 22: what P points at comes behind the state. */
static int
parse_numbers(const char *p, struct procstat *s)
{
	long long ppid, pgrp, session, tty, tpgid;
	char *end;

	if (take_signed(&p, 0, INT_MAX, &ppid) || take_signed(&p, 0, INT_MAX, &pgrp) ||
	    take_signed(&p, 0, INT_MAX, &session) || take_signed(&p, INT_MIN, INT_MAX, &tty) ||
	    take_signed(&p, -1, INT_MAX, &tpgid) || skip_fields(&p, 13))
		return -EBADMSG;
	if (p[0] != ' ' || p[1] < '0' || p[1] > '9')
		return -EBADMSG;
	errno = 0;
	s->start = strtoull(p + 1, &end, 10);
	if (errno || (*end != ' ' && *end != '\n' && *end != '\0'))
		return -EBADMSG;
	s->ppid = (pid_t)ppid;
	s->pgrp = (pid_t)pgrp;
	s->session = (pid_t)session;
	s->tty_nr = (int)tty;
	s->tpgid = (pid_t)tpgid;
	return 0;
}

/* "pid (comm) state …"; comm may hold blanks and parentheses, so its end is the last ')'. */
static int
parse(const char *text, size_t len, struct procstat *s)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	struct procstat got = {0};
	size_t comm;

	if (strlen(text) != len || !open || !close || close < open)
		return -EBADMSG;
	comm = (size_t)(close - open) - 1;
	if (comm >= sizeof got.comm || close[1] != ' ' || close[2] < 'A' || close[2] > 'z')
		return -EBADMSG;
	memcpy(got.comm, open + 1, comm);
	got.state = close[2];
	if (parse_numbers(close + 3, &got))
		return -EBADMSG;
	*s = got;
	return 0;
}

int
procstat_read_at(int dir, struct procstat *s)
{
	char text[STAT_MAX + 1];
	size_t len = 0;
	ssize_t n;
	int fd = openat(dir, "stat", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	do {
		n = fd_read(fd, text + len, STAT_MAX - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < STAT_MAX) || (n < 0 && errno == EINTR));
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	if (len == STAT_MAX)
		return -EBADMSG;
	text[len] = '\0';
	return parse(text, len, s);
}

int
procstat_read(pid_t pid, struct procstat *s)
{
	int dir = procstat_open(pid), rc;

	if (dir < 0)
		return dir;
	rc = procstat_read_at(dir, s);
	close(dir);
	return rc;
}

bool
procstat_is_sshd(const struct procstat *s)
{
	/* sshd-session since OpenSSH 9.8. */
	return strncmp(s->comm, "sshd", 4) == 0;
}

uint64_t
procstat_age_s(uint64_t start)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec > start / ticks ? (uint64_t)now.tv_sec - start / ticks : 0;
}
