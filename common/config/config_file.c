/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)

/* Puts what went wrong with the file as a whole into *e. */
static int
trouble(const char *path, struct config_error *e, int err, const char *what)
{
	snprintf(e->text, sizeof e->text, "%.200s: %s", path, what ? what : strerror(-err));
	return err;
}

/* Whether the open file is one that only root can have written: 0 or a negative errno with *e filled. */
static int
check_file(const char *path, int fd, size_t *size, struct config_error *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return trouble(path, e, -errno, NULL);
	if (!S_ISREG(st.st_mode))
		return trouble(path, e, -EINVAL, "expected a regular file");
	if (st.st_uid != 0)
		return trouble(path, e, -EPERM, "expected a file owned by root");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return trouble(path, e, -EPERM, "expected a file that only root can write");
	if (st.st_size > FILE_MAX)
		return trouble(path, e, -EFBIG, "expected a file of at most 1 MiB");
	*size = (size_t)st.st_size;
	return 0;
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

int
config_load(const char *path, const struct config_subject *subject, struct config_policy *p,
            struct config_error *e)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), rc;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (fd < 0 && errno == ENOENT) {
		config_defaults(p);
		return 0;
	}
	if (fd < 0)
		return trouble(path, e, -errno, errno == ELOOP ? "expected a file, not a symbolic link" : NULL);
	rc = check_file(path, fd, &size, e);
	if (rc)
		goto out;
	text = malloc(size + 1);
	len = text ? read_whole(fd, text, size) : -ENOMEM;
	rc = len < 0 ? trouble(path, e, (int)len, NULL) : config_parse(path, text, (size_t)len, subject, p, e);
out:
	free(text);
	close(fd);
	return rc;
}
