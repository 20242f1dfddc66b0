/* SPDX-License-Identifier: MIT */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds.h"
#include "fdrange.h"
#include "signals.h"

#define CORE_DUMPED 0x80 /* of the status that wait(2) gives: WCOREDUMP() */

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

static void __attribute__((noreturn))
become_shell(const struct shell_request *q)
{
	const char *base = strrchr(q->shell, '/');
	char argv0[PATH_CAP + 1];
	char option[] = "-c", *argv[] = { argv0, q->command ? option : NULL, (char *)q->command, NULL };
	const char *end = q->tty ? "\r\n" : "\n";

	signals_reset();
	if (setsid() < 0 || (q->tty ? take_terminal(q->tty) : take_pipes(q->pipes)) < 0 || fdrange_close(3, ~0u) < 0)
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

int
shell_start(struct shell *s, const struct shell_request *q)
{
	sigset_t all, before;
	pid_t pid;
	int err;

	/* Signals that are sent before the exec wait for it; the keeper's dispositions would ignore them. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become_shell(q);
	err = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return -err;
	*s = (struct shell){ .pid = pid, .group = pid };
	return 0;
}

bool
shell_look(struct shell *s)
{
	siginfo_t si = { .si_pid = 0 };

	if (s->pid <= 0 || waitid(P_PID, (id_t)s->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || si.si_pid != s->pid)
		return false;
	if (si.si_code == CLD_EXITED)
		s->status = (si.si_status & 0xff) << 8;
	else
		s->status = si.si_status | (si.si_code == CLD_DUMPED ? CORE_DUMPED : 0);
	s->pid = 0;
	s->reserved = true;
	return true;
}

int
shell_signal(const struct shell *s, int signal)
{
	if (s->group <= 0)
		return -ESRCH;
	/* In its first moment the process has no group yet. */
	return kill(-s->group, signal) < 0 && kill(s->group, signal) < 0 ? -errno : 0;
}

struct shell_exit
shell_exit(const struct shell *s)
{
	if (WIFSIGNALED(s->status))
		return (struct shell_exit){ true, (uint32_t)WTERMSIG(s->status) };
	return (struct shell_exit){ false, (uint32_t)WEXITSTATUS(s->status) };
}

void
shell_forget(struct shell *s)
{
	if (!s->reserved)
		return;
	while (waitpid(s->group, NULL, 0) < 0 && errno == EINTR)
		;
	s->group = 0;
	s->reserved = false;
}
