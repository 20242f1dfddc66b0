/* SPDX-License-Identifier: MIT */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"


static void
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
take_terminal(const char *tty)
{
	int fd;

	if (setsid() < 0)
		return -1;
	fd = open(tty, O_RDWR | O_NOCTTY);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -1;
	return close_range(3, ~0u, 0);
}

static void __attribute__((noreturn))
become_shell(const struct shell_request *q)
{
	const char *base = strrchr(q->shell, '/');
	char argv0[PATH_CAP + 1];
	char *argv[] = { argv0, NULL };

	reset_signals();
	if (take_terminal(q->tty) < 0)
		_exit(127);
	umask(q->umask);
	if (chdir(q->home) < 0) {
		dprintf(2, "Could not chdir to home directory %s: %s\r\n", q->home, strerror(errno));
		if (chdir("/") < 0)
			_exit(127);
	}
	snprintf(argv0, sizeof argv0, "-%s", base ? base + 1 : q->shell);
	execve(q->shell, argv, q->env->v);
	dprintf(2, "%s: %s\r\n", q->shell, strerror(errno));
	_exit(127);
}

pid_t
shell_start(const struct shell_request *q)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		become_shell(q);
	return pid;
}
