/* SPDX-License-Identifier: MIT */
#include "endstore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "endwords.h"
#include "fd.h"

#define DAY_MS UINT64_C(86400000)
#define LOOK_MS 5 /* between two attempts to get the lock */
#define NAME_LOCK ".lock"
#define TRIES 3 /* of a file that is replaced meanwhile */

void
endstore_name(uid_t uid, char name[16])
{
	snprintf(name, 16, "%u", (unsigned)uid);
}

/*
 * The lock on UID's file in DIR, one byte of a file: its descriptor, or -EAGAIN or another negative errno.  Holders
 * need a moment; a leader whose processor or memory is limited with its user's needs longer, and keeps nobody else
 * waiting.
 */
static int
take_lock(int dir, uid_t uid)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)uid, .l_len = 1 };
	int fd = openat(dir, NAME_LOCK, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	for (int waited = 0; fcntl(fd, F_OFD_SETLK, &lock) < 0; waited += LOOK_MS) {
		int err = errno;

		if ((err != EAGAIN && err != EACCES && err != EINTR) || waited >= ENDSTORE_LOCK_MS) {
			close(fd);
			return -err;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

/*
 * Replaces DIR/NAME by the LEN bytes at TEXT.  A user can have the old file open (holdfastd passes it): it is emptied,
 * or one who keeps all of them would fill the disk.  Without fsync(2), which can take seconds: a crash of the host
 * right after this loses the change.
 */
static int
replace(int dir, const char *name, const char *text, size_t len)
{
	char unfinished[80];
	int fd, old, rc;

	snprintf(unfinished, sizeof unfinished, ".tmp.%.60s", name);
	unlinkat(dir, unfinished, 0);
	fd = openat(dir, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = fd_write_all(fd, text, len);
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

bool
endstore_is_old(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !st.st_nlink;
}

static ssize_t
read_file(int dir, const char *name, char *buf, size_t cap)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t len = 0;
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022)) {
		close(fd);
		return -EPERM;
	}
	while (len < cap && (n = fd_read(fd, buf + len, cap - len)) > 0)
		len += (size_t)n;
	n = n < 0 ? -errno : endstore_is_old(fd) ? -EAGAIN : (ssize_t)len;
	close(fd);
	return n;
}

/* The file's bytes, at most CAP: their number, -ENOENT, or another negative errno. */
static ssize_t
slurp(int dir, const char *name, char *buf, size_t cap)
{
	ssize_t n = -EAGAIN;

	for (int i = 0; n == -EAGAIN && i < TRIES; i++)
		n = read_file(dir, name, buf, cap);
	return n;
}

/* Parses TEXT into at most MAX records at V: how many.  Damaged lines are left out. */
static size_t
parse_all(const char *text, size_t len, struct endrecord *v, size_t max)
{
	const char *p = text, *end = text + len;
	size_t count = 0;

	while (p < end && count < max) {
		const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;

		count += endrecord_parse(&v[count], p, (size_t)(stop - p)) == 0;
		p = stop + 1;
	}
	return count;
}

int
endstore_parse(const char *text, size_t len, struct endrecord **v, size_t *count)
{
	/* One more: there is room for another. */
	struct endrecord *got = calloc(ENDSTORE_MAX + 1, sizeof *got);

	if (!got)
		return -ENOMEM;
	*count = parse_all(text, len, got, ENDSTORE_MAX);
	*v = got;
	return 0;
}

int
endstore_read(int dir, const char *name, struct endrecord **v, size_t *count)
{
	char *text = malloc(ENDSTORE_BYTES);
	ssize_t n = text ? slurp(dir, name, text, ENDSTORE_BYTES) : -ENOMEM;
	int rc = n < 0 && n != -ENOENT ? (int)n : endstore_parse(text, n > 0 ? (size_t)n : 0, v, count);

	free(text);
	return rc;
}

/* Writes the latest ENDSTORE_MAX of the COUNT records at V that are not too old. */
static int
write_all(int dir, const char *name, const struct endrecord *v, size_t count)
{
	char *text = malloc(ENDSTORE_BYTES + 1);
	uint64_t now = clock_date_ms();
	size_t len = 0;
	int rc;

	if (!text)
		return -ENOMEM;
	for (size_t i = count > ENDSTORE_MAX ? count - ENDSTORE_MAX : 0; i < count; i++)
		if (v[i].time_ms + ENDSTORE_DAYS * DAY_MS >= now)
			len += (size_t)endrecord_text(&v[i], text + len);
	rc = replace(dir, name, text, len);
	free(text);
	return rc;
}

int
endstore_add(int dir, const struct endrecord *r)
{
	struct endrecord *v = NULL;
	size_t count = 0;
	char name[16];
	int lock = take_lock(dir, r->uid), rc;

	if (lock < 0)
		return lock;
	endstore_name(r->uid, name);
	rc = endstore_read(dir, name, &v, &count);
	if (!rc) {
		v[count] = *r;
		rc = write_all(dir, name, v, count + 1);
	}
	free(v);
	close(lock);
	return rc;
}

int
endstore_tell(int dir, uid_t uid, struct endrecord *r, size_t *count)
{
	struct endrecord *v = NULL;
	size_t all = 0, found = 0;
	char name[16];
	int lock, rc;

	endstore_name(uid, name);
	/* Most logins have nothing to be told. */
	if (faccessat(dir, name, F_OK, 0))
		return -errno;
	lock = take_lock(dir, uid);
	if (lock < 0)
		return lock;
	rc = endstore_read(dir, name, &v, &all);
	for (size_t i = 0; !rc && i < all; i++)
		if (!v[i].told && endwords_matters(&v[i])) {
			v[i].told = true;
			*r = v[i];
			found++;
		}
	if (!rc && found)
		rc = write_all(dir, name, v, all);
	free(v);
	close(lock);
	*count = found;
	return rc ? rc : found ? 0 : -ENOENT;
}

int
endstore_put(int dir, const char *name, const struct endrecord *r)
{
	char text[ENDRECORD_TEXT];

	return replace(dir, name, text, (size_t)endrecord_text(r, text));
}

int
endstore_get(int dir, const char *name, struct endrecord *r)
{
	char text[ENDRECORD_TEXT];
	ssize_t n = slurp(dir, name, text, sizeof text);
	const char *newline = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

	if (n < 0)
		return (int)n;
	return newline ? endrecord_parse(r, text, (size_t)(newline - text)) : -EBADMSG;
}

void
endstore_boot(char boot[ENDRECORD_BOOT])
{
	char text[64];
	size_t len = 0;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, text, sizeof text);

	for (ssize_t i = 0; i < n && len + 1 < ENDRECORD_BOOT; i++)
		if (text[i] != '-' && text[i] > ' ')
			boot[len++] = text[i];
	boot[len] = '\0';
	if (fd >= 0)
		close(fd);
}
