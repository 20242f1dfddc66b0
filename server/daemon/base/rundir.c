/* SPDX-License-Identifier: MIT */
#include "rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"
#include "owndir.h"
#include "paths.h"
#include "unseen.h"

int
rundir_open(const char *path, mode_t mode)
{
	return owndir_open(AT_FDCWD, path, 0, 07777 & ~mode);
}

int
rundir_make_one(const char *path, mode_t mode)
{
	bool made = mkdir(path, 0700) == 0;
	int fd, rc = 0;

	if (!made && errno != EEXIST)
		return -errno;
	fd = rundir_open(path, mode);
	if (fd < 0)
		return fd;
	/* Sets the mode also after a stricter umask; an existing directory keeps a stricter mode. */
	if (made && (fchown(fd, 0, 0) || fchmod(fd, mode)))
		rc = -errno;
	close(fd);
	return rc;
}

int
rundir_open_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		rc = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 07777) != 0600)
		rc = -EPERM;
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int
rundir_make(void)
{
	static const struct {
		const char *path;
		mode_t mode;
	} dirs[] = { PATH_DIRECTORIES };

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		int rc = rundir_make_one(dirs[i].path, dirs[i].mode);

		if (rc) {
			log_errno(LOG_ERR, rc, "%s must be a directory owned by root with mode %04o", dirs[i].path,
			          (unsigned)dirs[i].mode);
			return rc;
		}
	}
	return 0;
}

bool
rundir_program_is_gone(void)
{
	static const char mark[] = " (deleted)";
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe), len = (ssize_t)sizeof mark - 1;

	return n > len && n < (ssize_t)sizeof exe && memcmp(exe + n - len, mark, (size_t)len) == 0;
}

bool
rundir_is_left(void)
{
	/* While the socket exists, a leader may be making a session in these directories. */
	return rundir_program_is_gone() && access(PATH_DAEMON_SOCK, F_OK) && errno == ENOENT;
}

/* What is there of logins that no holdfastd will look at any more (unseen.h). */
static void
remove_unseen(void)
{
	int fd = rundir_open(PATH_LOGINS, 0700);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (unseen_kind(e->d_name) != UNSEEN_NONE)
			unlinkat(fd, e->d_name, 0);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

void
rundir_leave(void)
{
	static const char *const dirs[] = { PATH_SESSIONS, PATH_USERS, PATH_LEADERS, PATH_LOGINS, PATH_PAM,
	                                    HOLDFAST_RUNDIR };

	if (!rundir_is_left())
		return;
	unlink(PATH_COUNTERS);
	unlink(PATH_LOGINS "/.lock"); /* tellends.h */
	remove_unseen();
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		rmdir(dirs[i]);
}
