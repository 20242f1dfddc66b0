/* SPDX-License-Identifier: MIT */
#include "leaderreg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"

void
leaderreg_name(const struct leaderreg *e, char name[LEADERREG_NAME])
{
	snprintf(name, LEADERREG_NAME, "%" PRIu32 "-%d-%" PRIu64, (uint32_t)e->uid, (int)e->pid, e->start);
}

/* Reads COUNT decimal numbers with SEPARATOR between and END behind them. */
static int
parse_numbers(const char *p, char separator, char end, uint64_t *v, int count)
{
	for (int i = 0; i < count; i++) {
		char *after;

		if (*p < '0' || *p > '9')
			return -EBADMSG;
		errno = 0;
		v[i] = strtoull(p, &after, 10);
		if (errno || *after != (i < count - 1 ? separator : end))
			return -EBADMSG;
		p = after + 1;
	}
	return 0;
}

int
leaderreg_parse_name(struct leaderreg *e, const char *name)
{
	struct leaderreg got = {0};
	char again[LEADERREG_NAME];
	uint64_t v[3];
	int rc = parse_numbers(name, '-', '\0', v, 3);

	if (rc)
		return rc;
	if (v[0] > UINT32_MAX || v[1] == 0 || v[1] > INT32_MAX)
		return -EBADMSG;
	got.uid = (uid_t)v[0];
	got.pid = (pid_t)v[1];
	got.start = v[2];
	/* One entry has one name: no leading zeros. */
	leaderreg_name(&got, again);
	if (strcmp(again, name) != 0)
		return -EBADMSG;
	e->uid = got.uid;
	e->pid = got.pid;
	e->start = got.start;
	return 0;
}

int
leaderreg_text(const struct leaderreg *e, char text[LEADERREG_TEXT])
{
	int len = snprintf(text, LEADERREG_TEXT, "%" PRIu32 " %d %" PRIu64, e->id, (int)e->keeper, e->keeper_start);

	if (e->shell)
		len += snprintf(text + len, LEADERREG_TEXT - (size_t)len, " %d %" PRIu64, (int)e->shell, e->shell_start);
	if (e->shell && e->ended)
		len += snprintf(text + len, LEADERREG_TEXT - (size_t)len, " %" PRIu32, e->ended);
	text[len++] = '\n';
	text[len] = '\0';
	return len;
}

/* Three, five or six numbers: 0 or -EBADMSG. */
static int
parse_content(const char *text, uint64_t v[6])
{
	static const int counts[] = { 3, 5, 6 };

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		memset(v, 0, 6 * sizeof *v);
		if (!parse_numbers(text, ' ', '\n', v, counts[i]))
			return (counts[i] > 3 && !v[3]) || (counts[i] > 5 && !v[5]) ? -EBADMSG : 0;
	}
	return -EBADMSG;
}

int
leaderreg_parse_text(struct leaderreg *e, const char *text, size_t len)
{
	char copy[LEADERREG_TEXT];
	uint64_t v[6] = { 0, 0, 0, 0, 0, 0 };

	if (len >= sizeof copy)
		return -EBADMSG;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (len && (strlen(copy) != len || strchr(copy, '\n') != copy + len - 1))
		return -EBADMSG;
	if (len && parse_content(copy, v))
		return -EBADMSG;
	if (v[0] > UINT32_MAX || v[1] > INT32_MAX || v[3] > INT32_MAX || !v[0] != !v[1] || v[5] > LEADERREG_KEPT)
		return -EBADMSG;
	e->id = (uint32_t)v[0];
	e->keeper = (pid_t)v[1];
	e->keeper_start = v[2];
	e->shell = (pid_t)v[3];
	e->shell_start = v[4];
	e->ended = (uint32_t)v[5];
	return 0;
}

int
leaderreg_read(struct leaderreg *e, int dir, const char *name)
{
	char text[LEADERREG_TEXT];
	ssize_t n;
	int fd, rc;

	*e = (struct leaderreg){0};
	rc = leaderreg_parse_name(e, name);
	if (rc)
		return rc;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof text);
	close(fd);
	if (n > 0)
		leaderreg_parse_text(e, text, (size_t)n);
	return 0;
}

int
leaderreg_find(struct leaderreg *e, uid_t uid, uint32_t id)
{
	int fd = open(PATH_LEADERS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = -ENOENT;
	const struct dirent *d;
	struct leaderreg got;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (rc && (d = readdir(dir)))
		if (leaderreg_read(&got, fd, d->d_name) == 0 && got.uid == uid && got.id == id && id) {
			*e = got;
			rc = 0;
		}
	closedir(dir);
	return rc;
}
