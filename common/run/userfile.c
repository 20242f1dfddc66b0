/* SPDX-License-Identifier: MIT */
#include "userfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"

#define LOOK_MS 5 /* between two attempts to get the lock */
#define NAME_LOCK ".lock"
#define TRIES 3 /* of a file that is replaced meanwhile */

void
userfile_name(uid_t uid, char name[USERFILE_NAME])
{
	snprintf(name, USERFILE_NAME, uid == USERFILE_HOST ? "host" : "%u", (unsigned)uid);
}

/*
 * Holders need a moment; a leader whose processor or memory is limited with its user's needs longer, and keeps nobody
 * else waiting.
 */
int
userfile_lock(int dir, uid_t uid, int wait_ms)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)uid, .l_len = 1 };
	int fd = openat(dir, NAME_LOCK, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	for (int waited = 0; fcntl(fd, F_OFD_SETLK, &lock) < 0; waited += LOOK_MS) {
		int err = errno;

		if ((err != EAGAIN && err != EACCES && err != EINTR) || waited >= wait_ms) {
			close(fd);
			return -err;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

bool
userfile_is_old(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !st.st_nlink;
}

ssize_t
userfile_read_fd(int fd, char *buf, size_t cap)
{
	size_t len = 0;
	ssize_t n = 0;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while (len < cap && (n = fd_read(fd, buf + len, cap - len)) > 0)
		len += (size_t)n;
	return n < 0 ? -errno : userfile_is_old(fd) ? -EAGAIN : (ssize_t)len;
}

static ssize_t
read_once(int dir, const char *name, char *buf, size_t cap)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		n = -EPERM;
	else
		n = userfile_read_fd(fd, buf, cap);
	close(fd);
	return n;
}

ssize_t
userfile_read(int dir, const char *name, char *buf, size_t cap)
{
	ssize_t n = -EAGAIN;

	for (int i = 0; n == -EAGAIN && i < TRIES; i++)
		n = read_once(dir, name, buf, cap);
	return n;
}

int
userfile_replace(int dir, const char *name, mode_t mode, const char *text, size_t len)
{
	char unfinished[80];
	int fd, old, rc;

	snprintf(unfinished, sizeof unfinished, ".tmp.%.60s", name);
	unlinkat(dir, unfinished, 0);
	fd = openat(dir, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = fd_write_all(fd, text, len);
	if (!rc && mode != 0600 && fchmod(fd, mode))
		rc = -errno;
	close(fd);
	old = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (!rc && renameat(dir, unfinished, dir, name))
		rc = -errno;
	if (rc)
		unlinkat(dir, unfinished, 0);
	else if (old >= 0 && ftruncate(old, 0))
		rc = -errno;
	fd_close(&old);
	return rc;
}

/* Sets *SIZE, the file's, to where its last whole line ends: 0 or a negative errno. */
static int
find_line_end(int fd, off_t *size)
{
	char buf[512];

	while (*size) {
		size_t len = *size < (off_t)sizeof buf ? (size_t)*size : sizeof buf;
		const char *newline;

		if (pread(fd, buf, len, *size - (off_t)len) != (ssize_t)len)
			return -EIO;
		newline = memrchr(buf, '\n', len);
		*size -= newline ? (off_t)(buf + len - (newline + 1)) : (off_t)len;
		if (newline)
			break;
	}
	return 0;
}

/* All or nothing: a disk that is full takes a part. */
static int
append_all(int fd, off_t size, const char *text, size_t len)
{
	off_t before = size;
	int rc = find_line_end(fd, &size);

	if (!rc && size < before && ftruncate(fd, size))
		rc = -errno;
	if (rc)
		return rc;
	rc = fd_write_all(fd, text, len);
	if (rc && ftruncate(fd, size))
		rc = -errno;
	return rc;
}

int
userfile_append(int dir, const char *name, mode_t mode, const char *text, size_t len)
{
	int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (mode ? O_CREAT : 0);
	int fd = openat(dir, name, flags, 0600);
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		rc = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		rc = -EPERM;
	else if (mode && (st.st_mode & 07777) != mode && fchmod(fd, mode))
		rc = -errno;
	if (!rc)
		rc = append_all(fd, st.st_size, text, len);
	close(fd);
	return rc;
}
