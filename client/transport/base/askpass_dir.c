/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "askpass_dir.h"

#define PREFIX "holdfast-"
#define RANDOM 6 /* letters and digits behind it, of mkdtemp(3) */
#define YOUNG_S 60 /* one that is so young may be locked in the next moment */

static bool
is_name(const char *name)
{
	size_t n = strlen(PREFIX);

	if (strncmp(name, PREFIX, n) != 0 || strlen(name) != n + RANDOM)
		return false;
	for (name += n; *name; name++)
		if (!isalnum((unsigned char)*name))
			return false;
	return true;
}

/* What a client and its ssh put there; ssh makes its socket under another name first. */
static bool
is_ours(const char *name)
{
	return strcmp(name, "ask") == 0 || strcmp(name, ASKPASS_NAME) == 0 || strcmp(name, ASKPASS_OUT) == 0 ||
	       strncmp(name, ASKPASS_SHARED, strlen(ASKPASS_SHARED)) == 0;
}

/*
 * Whether nobody holds the directory DIR, which is then locked: only the user can enter it, so nobody else changes it.
 */
static bool
is_stale(int dir)
{
	struct stat st;
	time_t now = time(NULL);

	return fstat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 07777) == 0700 &&
	       st.st_mtime < now - YOUNG_S && flock(dir, LOCK_EX | LOCK_NB) == 0;
}

static void
remove_stale(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const struct dirent *e;
	DIR *d = NULL;

	if (fd < 0)
		return;
	if (!is_stale(fd) || !(d = fdopendir(fd))) {
		close(fd);
		return;
	}
	while ((e = readdir(d)))
		if (is_ours(e->d_name))
			(void)unlinkat(fd, e->d_name, 0);
	/* one with anything else in it stays */
	(void)unlinkat(parent, name, AT_REMOVEDIR);
	closedir(d);
}

static void
clean(const char *parent)
{
	DIR *d = opendir(parent);
	const struct dirent *e;

	if (!d)
		return;
	while ((e = readdir(d)))
		if (is_name(e->d_name))
			remove_stale(dirfd(d), e->d_name);
	closedir(d);
}

/* In PARENT: the lock, or a negative errno. */
static int
make_in(const char *parent, char *dir, size_t cap)
{
	int fd;

	if ((size_t)snprintf(dir, cap, "%s/" PREFIX "XXXXXX", parent) >= cap)
		return -ENAMETOOLONG;
	clean(parent);
	if (!mkdtemp(dir))
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	rmdir(dir);
	return -EIO;
}

int
askpass_dir_make(char *dir, size_t cap)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	int fd = run && run[0] == '/' ? make_in(run, dir, cap) : -ENOENT;

	if (fd < 0)
		fd = make_in("/tmp", dir, cap);
	if (fd < 0)
		dir[0] = '\0';
	return fd;
}
