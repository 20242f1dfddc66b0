/* SPDX-License-Identifier: MIT */
#include "hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"
#include "fd.h"

static const char *root = "";

void
hostfile_root(const char *prefix)
{
	root = prefix;
}

int
hostfile_path(char *out, size_t cap, const char *path)
{
	return snprintf(out, cap, "%s%s", root, path) < (int)cap ? 0 : -ENAMETOOLONG;
}

/* To the end, for files of /proc don't say how long they are. */
static int
read_all(int fd, char **text, size_t *len)
{
	size_t cap = 4096, n = 0;
	char *buf = malloc(cap + 1);

	while (buf) {
		ssize_t got = fd_read(fd, buf + n, cap - n);

		if (got == 0) {
			buf[n] = '\0';
			*text = buf;
			*len = n;
			return 0;
		}
		if (got < 0 && errno != EINTR) {
			free(buf);
			return -errno;
		}
		n += got > 0 ? (size_t)got : 0;
		if (n == cap) {
			char *more = cap < HOSTFILE_MAX ? realloc(buf, 2 * cap + 1) : NULL;

			if (!more) {
				free(buf);
				return cap < HOSTFILE_MAX ? -ENOMEM : -EFBIG;
			}
			buf = more;
			cap *= 2;
		}
	}
	return -ENOMEM;
}

int
hostfile_read(const char *path, char **text, size_t *len)
{
	char full[PATH_CAP];
	struct stat st;
	size_t n = 0;
	int fd, rc = hostfile_path(full, sizeof full, path);

	if (rc)
		return rc;
	fd = open(full, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EINVAL;
	else
		rc = read_all(fd, text, &n);
	close(fd);
	if (!rc && memchr(*text, '\0', n)) {
		free(*text);
		*text = NULL;
		rc = -EINVAL;
	}
	if (!rc && len)
		*len = n;
	return rc;
}

int
hostfile_exists(const char *path)
{
	char full[PATH_CAP];
	struct stat st;
	int rc = hostfile_path(full, sizeof full, path);

	if (rc)
		return rc;
	if (stat(full, &st) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

char *
hostfile_raw_line(char **rest)
{
	char *line = *rest, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	*rest = end;
	return line;
}

char *
hostfile_line(char **rest)
{
	char *line = hostfile_raw_line(rest);
	size_t n;

	if (!line)
		return NULL;
	line += strspn(line, " \t\r");
	for (n = strlen(line); n && strchr(" \t\r", line[n - 1]); n--)
		line[n - 1] = '\0';
	return line;
}
