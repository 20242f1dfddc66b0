/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child_asks.h"

#define GENERATIONS 4

/* A process that we may not look at counts as asking, so that no question is cut off. */
static bool
has_terminal(pid_t pid)
{
	char path[40], to[16];
	const struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	if (!d)
		return errno == EACCES;
	while (!found && (e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, to, sizeof(to));
		found = n == 8 && memcmp(to, "/dev/tty", 8) == 0;
	}
	closedir(d);
	return found;
}

static bool
asks(pid_t pid, int generations)
{
	char path[64];
	bool found = false;
	int child;
	FILE *f;

	if (has_terminal(pid))
		return true;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	f = generations > 0 ? fopen(path, "re") : NULL;
	while (f && !found && fscanf(f, "%d", &child) == 1)
		found = asks(child, generations - 1);
	if (f)
		fclose(f);
	return found;
}

bool
child_asks(const struct child *c)
{
	return c->pid > 0 && asks(c->pid, GENERATIONS);
}
