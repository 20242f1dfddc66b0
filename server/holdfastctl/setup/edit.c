/* SPDX-License-Identifier: MIT */
#include "edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fd.h"
#include "hostfile.h"

#define XATTR_NAMES_MAX 4096
#define XATTR_VALUE_MAX 65536

/* Where PATH leads: the same when it isn't there. */
static int
resolve(const char *path, char real[PATH_CAP])
{
	char full[PATH_CAP], found[PATH_MAX];
	int rc = hostfile_path(full, sizeof full, path);

	if (rc)
		return rc;
	if (!realpath(full, found)) {
		struct stat st;

		if (errno != ENOENT)
			return -errno;
		/* A dangling link: its purpose is unknown. */
		if (lstat(full, &st) == 0)
			return -ENOENT;
		snprintf(found, sizeof found, "%s", full);
	}
	return snprintf(real, PATH_CAP, "%s", found) < PATH_CAP ? 0 : -ENAMETOOLONG;
}

int
edit_open(struct edit *e, const char *path)
{
	size_t len;
	int rc;

	*e = (struct edit){ 0 };
	if (snprintf(e->path, sizeof e->path, "%s", path) >= (int)sizeof e->path)
		return -ENAMETOOLONG;
	rc = resolve(path, e->real);
	if (rc)
		return rc;
	if (snprintf(e->backup, sizeof e->backup, "%s.before-holdfast", e->real) >= (int)sizeof e->backup)
		return -ENAMETOOLONG;
	if (stat(e->real, &e->st) < 0)
		return errno == ENOENT ? 0 : -errno;
	rc = hostfile_read(path, &e->before, &len);
	if (rc)
		return rc;
	e->after = strdup(e->before);
	return e->after ? 0 : -ENOMEM;
}

void
edit_close(struct edit *e)
{
	free(e->before);
	free(e->after);
	e->before = e->after = NULL;
}

bool
edit_changes(const struct edit *e)
{
	if (!e->before || !e->after)
		return e->before != e->after;
	return strcmp(e->before, e->after) != 0;
}

static char *
read_plain(const char *path)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return NULL;
	/* No NUL is in a text that setup accepts. */
	if (getdelim(&text, &n, '\0', f) < 0) {
		free(text);
		text = ferror(f) ? NULL : strdup("");
	}
	fclose(f);
	return text;
}

char *
edit_backup_text(const struct edit *e)
{
	return read_plain(e->backup);
}

/* Owner, mode and extended attributes, as far as the file system supports them. */
static int
copy_attributes(int from, int to, const struct stat *st)
{
	char names[XATTR_NAMES_MAX], *value;
	ssize_t n;
	int rc = 0;

	if (fchown(to, st->st_uid, st->st_gid) < 0 || fchmod(to, st->st_mode & 07777) < 0)
		return -errno;
	n = flistxattr(from, names, sizeof names);
	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	value = malloc(XATTR_VALUE_MAX);
	if (!value)
		return -ENOMEM;
	for (char *p = names; !rc && p < names + n; p += strlen(p) + 1) {
		ssize_t len = fgetxattr(from, p, value, XATTR_VALUE_MAX);

		if (len >= 0 && fsetxattr(to, p, value, (size_t)len, 0) < 0 && errno != ENOTSUP)
			rc = -errno;
	}
	free(value);
	return rc;
}

static int
write_text(int fd, const char *text)
{
	int rc = fd_write_all(fd, text, strlen(text));

	return rc ? rc : fsync(fd) < 0 ? -errno : 0;
}

/* The directories above PATH. */
static int
make_parents(const char *path)
{
	char dir[PATH_CAP];

	snprintf(dir, sizeof dir, "%s", path);
	for (char *p = dir + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return 0;
}

/* Makes the directory's entry last. */
static void
sync_directory(const char *path)
{
	char dir[PATH_CAP];
	int fd;

	snprintf(dir, sizeof dir, "%s", path);
	*strrchr(dir, '/') = '\0';
	fd = open(dir[0] ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Writes TEXT beside PATH, like the file LIKE (-1: a new one): the new name in TEMP. */
static int
write_beside(const char *path, const char *text, int like, const struct stat *st, char temp[PATH_CAP])
{
	const char *base = strrchr(path, '/') + 1;
	int fd, rc = 0;

	if (snprintf(temp, PATH_CAP, "%.*s.%s.XXXXXX", (int)(base - path), path, base) >= PATH_CAP)
		return -ENAMETOOLONG;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (like >= 0)
		rc = copy_attributes(like, fd, st);
	else if (fchmod(fd, st->st_ino ? st->st_mode & 07777 : 0644) < 0)
		rc = -errno;
	if (!rc)
		rc = write_text(fd, text);
	if (close(fd) < 0 && !rc)
		rc = -errno;
	if (rc)
		unlink(temp);
	return rc;
}

/* Whether the file at REAL is the one that was read, and unchanged.  A descriptor of it, -1 for none; or -ESTALE. */
static int
open_unchanged(const struct edit *e, int *fd)
{
	struct stat now;

	*fd = open(e->real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return errno == ENOENT && !e->before ? 0 : -ESTALE;
	if (e->before && fstat(*fd, &now) == 0 && now.st_ino == e->st.st_ino && now.st_dev == e->st.st_dev &&
	    now.st_size == e->st.st_size && now.st_mtim.tv_sec == e->st.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == e->st.st_mtim.tv_nsec)
		return 0;
	close(*fd);
	*fd = -1;
	return -ESTALE;
}

/* Once, of the file as it was before us. */
static int
keep_backup(struct edit *e, int like)
{
	char temp[PATH_CAP];
	int rc;

	if (!e->before || e->undo || access(e->backup, F_OK) == 0)
		return 0;
	rc = write_beside(e->backup, e->before, like, &e->st, temp);
	if (rc)
		return rc;
	if (rename(temp, e->backup) < 0) {
		rc = -errno;
		unlink(temp);
		return rc;
	}
	e->made_backup = true;
	return 0;
}

/* TEXT takes the file's place. */
static int
put_text(const char *real, const char *text, int like, const struct stat *st)
{
	char temp[PATH_CAP];
	int rc = write_beside(real, text, like, st, temp);

	if (rc)
		return rc;
	if (rename(temp, real) < 0) {
		rc = -errno;
		unlink(temp);
		return rc;
	}
	sync_directory(real);
	return 0;
}

int
edit_apply(struct edit *e)
{
	int fd, rc = open_unchanged(e, &fd);

	if (!rc && !e->before)
		rc = make_parents(e->real);
	if (!rc)
		rc = keep_backup(e, fd);
	if (!rc && e->after)
		rc = put_text(e->real, e->after, fd, &e->st);
	else if (!rc && unlink(e->real) < 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	e->applied = !rc;
	if (rc && e->made_backup)
		unlink(e->backup);
	return rc;
}

void
edit_finish(struct edit *e)
{
	if (e->applied && e->undo)
		unlink(e->backup);
}

int
edit_revert(struct edit *e)
{
	int fd = -1, rc = 0;

	if (!e->applied)
		return 0;
	if (e->after)
		fd = open(e->real, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (!e->before)
		rc = unlink(e->real) < 0 ? -errno : 0;
	else
		rc = put_text(e->real, e->before, fd, &e->st);
	if (fd >= 0)
		close(fd);
	if (!rc && e->made_backup)
		unlink(e->backup);
	e->applied = rc != 0;
	return rc;
}
