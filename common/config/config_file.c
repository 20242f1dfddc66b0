/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)

/* Whom to tell of mistakes, and whether to go on behind one. */
struct telling {
	const char *path;
	void (*say)(void *arg, const struct config_error *e);
	void *arg;
	bool all;
};

/* Says what is wrong with the file as a whole. */
static int
trouble(const struct telling *t, int err, const char *what)
{
	struct config_error e = { .line = 0 };

	snprintf(e.text, sizeof e.text, "%.200s: %s", t->path, what ? what : strerror(-err));
	t->say(t->arg, &e);
	return err;
}

/* Whether the file ST can be read: 0 or a negative errno that has been said. */
static int
check_kind(const struct telling *t, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return trouble(t, -EINVAL, "expected a regular file");
	if (st->st_size > FILE_MAX)
		return trouble(t, -EFBIG, "expected a file of at most 1 MiB");
	return 0;
}

/* Whether only root can have written it. */
static int
check_owner(const struct telling *t, const struct stat *st)
{
	int rc = 0;

	if (st->st_uid != 0)
		rc = trouble(t, -EPERM, "expected a file owned by root");
	if ((!rc || t->all) && st->st_mode & (S_IWGRP | S_IWOTH))
		rc = trouble(t, -EPERM, "expected a file that only root can write");
	return rc;
}

/* Reads SIZE bytes, or less from a file that has become shorter. */
static ssize_t
read_whole(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* The text of the open file, with its length in *LEN, or NULL after an error in *RC, which has been said. */
static char *
read_text(const struct telling *t, int fd, size_t size, size_t *len, int *rc)
{
	char *text = malloc(size + 1);
	ssize_t n = text ? read_whole(fd, text, size) : -ENOMEM;

	if (n < 0) {
		*rc = trouble(t, (int)n, NULL);
		free(text);
		return NULL;
	}
	*len = (size_t)n;
	return text;
}

static int
open_error(const struct telling *t, int err, bool draft)
{
	return trouble(t, -err, err == ELOOP && !draft ? "expected a file, not a symbolic link" : NULL);
}

/* A DRAFT may be anybody's. */
static int
load(const struct telling *t, bool draft, const struct config_subject *subject, struct config_policy *p)
{
	int fd = open(t->path, O_RDONLY | (draft ? 0 : O_NOFOLLOW) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), rc, wrong = 0;
	struct stat st;
	char *text;
	size_t len;

	if (fd < 0 && errno == ENOENT && !draft) {
		config_defaults(p);
		return 0;
	}
	if (fd < 0)
		return open_error(t, errno, draft);
	rc = fstat(fd, &st) ? trouble(t, -errno, NULL) : check_kind(t, &st);
	if (!rc && !draft)
		wrong = check_owner(t, &st);
	if (!rc && (!wrong || t->all) && (text = read_text(t, fd, (size_t)st.st_size, &len, &rc))) {
		struct config_policy found;

		rc = config_check(t->path, text, len, subject, &found, t->say, t->arg);
		if (!rc && !wrong)
			*p = found;
		free(text);
	}
	close(fd);
	return wrong ? wrong : rc;
}

/* Keeps the first one. */
static void
keep_first(void *arg, const struct config_error *e)
{
	struct config_error *first = arg;

	if (!first->text[0] && !e->harmless)
		*first = *e;
}

int
config_load(const char *path, const struct config_subject *subject, struct config_policy *p,
            struct config_error *e)
{
	struct config_error first = { .text = "" };
	struct telling t = { .path = path, .say = keep_first, .arg = &first, .all = false };
	int rc = load(&t, false, subject, p);

	if (rc)
		*e = first;
	return rc;
}

int
config_check_file(const char *path, bool draft, const struct config_subject *subject, struct config_policy *p,
                  void (*say)(void *arg, const struct config_error *e), void *arg)
{
	struct telling t = { .path = path, .say = say, .arg = arg, .all = true };

	return load(&t, draft, subject, p);
}
