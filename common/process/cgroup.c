/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

#define TEXT_MAX 16384 /* one line a hierarchy, and a path that we take is shorter than PATH_CAP */
#define UNIFIED "/sys/fs/cgroup"
#define NAMED "/sys/fs/cgroup/systemd"

/* The path of a line "number:controllers:path" whose controllers are WHAT; its length in *LEN. */
static const char *
path_of(const char *line, size_t len, const char *what, size_t *path_len)
{
	const char *end = line + len, *first = memchr(line, ':', len), *second;

	second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	if (!second || (size_t)(second - first - 1) != strlen(what) ||
	    memcmp(first + 1, what, strlen(what)) != 0)
		return NULL;
	*path_len = (size_t)(end - second - 1);
	return second + 1;
}

int
cgroup_parse(const char *text, size_t len, char path[PATH_CAP], const char **root)
{
	const char *found = NULL, *end = text + len;
	size_t found_len = 0;

	for (const char *line = text; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line)), *at;
		size_t line_len = (size_t)((newline ? newline : end) - line), path_len;

		at = path_of(line, line_len, "name=systemd", &path_len);
		/* systemd keeps no process at the root, so it uses another hierarchy. */
		if (at && !(path_len == 1 && *at == '/')) {
			found = at;
			found_len = path_len;
			*root = NAMED;
			break;
		}
		at = path_of(line, line_len, "", &path_len);
		if (at) {
			found = at;
			found_len = path_len;
			*root = UNIFIED;
		}
		line += line_len + 1;
	}
	if (!found || !found_len || found[0] != '/')
		return -ENOENT;
	if (found_len >= PATH_CAP || memchr(found, '\0', found_len))
		return -ENAMETOOLONG;
	memcpy(path, found, found_len);
	path[found_len] = '\0';
	return 0;
}

int
cgroup_read(int dir, char path[PATH_CAP], const char **root)
{
	char text[TEXT_MAX];
	size_t len = 0;
	ssize_t n;
	int fd = openat(dir, "cgroup", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (len < sizeof text && (n = fd_read(fd, text + len, sizeof text - len)) > 0)
		len += (size_t)n;
	n = n < 0 ? -errno : 0;
	close(fd);
	return n < 0 ? (int)n : cgroup_parse(text, len, path, root);
}

/* Whether the last part of PATH is "session-….scope"; *BEFORE is where it begins. */
static bool
ends_in_scope(const char *path, const char **before)
{
	static const char head[] = "session-", tail[] = ".scope";
	const char *last = strrchr(path, '/');
	size_t len = last ? strlen(last + 1) : 0;

	if (len <= sizeof head - 1 + sizeof tail - 1 || strncmp(last + 1, head, sizeof head - 1) != 0 ||
	    strcmp(last + 1 + len - (sizeof tail - 1), tail) != 0)
		return false;
	*before = last;
	return true;
}

bool
cgroup_is_scope(const char *path)
{
	const char *last;

	return ends_in_scope(path, &last);
}

bool
cgroup_is_session_of(const char *path, uid_t uid)
{
	char slice[40];
	const char *last;
	size_t len;

	if (!ends_in_scope(path, &last))
		return false;
	len = (size_t)snprintf(slice, sizeof slice, "/user-%lu.slice", (unsigned long)uid);
	return (size_t)(last - path) >= len && memcmp(last - len, slice, len) == 0;
}

bool
cgroup_has_logind(void)
{
	struct stat st;

	/* As sd_booted(3) does; the second one is logind's. */
	return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode) &&
	       lstat("/run/systemd/seats", &st) == 0 && S_ISDIR(st.st_mode);
}
