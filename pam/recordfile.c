/* SPDX-License-Identifier: MIT */
#include "recordfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counters.h"
#include "paths.h"
#include "procstat.h"
#include "ticket.h"

/* The unit tests have an owner of their own. */
#ifndef LOGINS_OWNER
#define LOGINS_OWNER 0
#endif

#define TEMP_NAME_CAP (sizeof ".tmp." - 1 + TICKET_TEXT)

_Static_assert(UNSEEN_NAME <= TICKET_TEXT, "each name fits behind .tmp.");

int
recordfile_open_logins(const char **what)
{
	struct stat st;
	int fd = open(PATH_LOGINS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;

	*what = PATH_LOGINS;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		rc = -errno;
	} else if (st.st_uid != LOGINS_OWNER || (st.st_mode & 07777) != 0700) {
		*what = PATH_LOGINS " must belong to root and have mode 0700";
		rc = -EPERM;
	}
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

/* pam_limits may have limited this very process: a write over RLIMIT_FSIZE would kill it. */
static int
may_write(size_t len)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit))
		return -errno;
	return limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < len ? -EFBIG : 0;
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int
recordfile_write(int dir, const char *name, const char *text, size_t len)
{
	char temp[TEMP_NAME_CAP];
	int fd, rc = may_write(len);

	if (rc)
		return rc;
	snprintf(temp, sizeof temp, ".tmp.%s", name);
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	/* The umask may be anything here. */
	if (fchmod(fd, 0600))
		rc = -errno;
	if (!rc)
		rc = write_all(fd, text, len);
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && renameat(dir, temp, dir, name))
		rc = -errno;
	if (rc)
		unlinkat(dir, temp, 0);
	return rc;
}

int
recordfile_leave(int dir, const char *name, enum unseen kind, const char *user)
{
	char to[UNSEEN_NAME];
	struct stat st;
	unsigned n = 0;

	do
		unseen_name(kind, user, n, to);
	while (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0 && ++n < UNSEEN_EACH);
	if (n == UNSEEN_EACH)
		unseen_name(kind, user, (unsigned)getpid(), to);
	return renameat(dir, name, dir, to) ? -errno : 0;
}

bool
recordfile_daemon_lives(void)
{
	int fd = open(PATH_COUNTERS, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t daemon[2] = { 0, 0 }; /* pid and start */
	struct procstat s;
	ssize_t n;

	_Static_assert(offsetof(struct counters, start) == offsetof(struct counters, pid) + sizeof *daemon, "in a row");
	if (fd < 0)
		return true;
	n = pread(fd, daemon, sizeof daemon, offsetof(struct counters, pid));
	close(fd);
	if (n != (ssize_t)sizeof daemon || !daemon[0] || daemon[0] > INT32_MAX)
		return true;
	return procstat_read((pid_t)daemon[0], &s) == 0 && s.start == daemon[1] && s.state != 'Z' && s.state != 'X';
}
