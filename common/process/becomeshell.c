/* SPDX-License-Identifier: MIT */
#include "becomeshell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"
#include "fdrange.h"
#include "signals.h"

static int
take_terminal(const char *tty)
{
	int fd = open(tty, O_RDWR | O_NOCTTY);

	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -1;
	return 0;
}

/* First away from 0 to 2, so that none is overwritten before it has been copied. */
static int
take_pipes(const int pipes[3])
{
	int fds[3];

	for (int i = 0; i < 3; i++)
		if ((fds[i] = fcntl(pipes[i], F_DUPFD, 3)) < 0)
			return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			return -1;
	return 0;
}

void
becomeshell(const struct shell_request *q)
{
	const char *base = strrchr(q->shell, '/');
	char argv0[PATH_CAP + 1];
	char option[] = "-c", *argv[] = { argv0, q->command ? option : NULL, (char *)q->command, NULL };
	const char *end = q->tty ? "\r\n" : "\n";

	signals_reset();
	if ((q->tty ? take_terminal(q->tty) : take_pipes(q->pipes)) < 0 || fdrange_close(3, ~0u) < 0)
		_exit(127);
	umask(q->umask);
	if (chdir(q->home) < 0) {
		if (q->say_home)
			dprintf(2, "Could not chdir to home directory %s: %s%s", q->home, strerror(errno), end);
		if (chdir("/") < 0)
			_exit(127);
	}
	snprintf(argv0, sizeof argv0, "%s%s", q->command ? "" : "-", base ? base + 1 : q->shell);
	execve(q->shell, argv, q->env->v);
	dprintf(2, "%s: %s%s", q->shell, strerror(errno), end);
	_exit(127);
}
