/* SPDX-License-Identifier: MIT */
#include "reexec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fdrange.h"
#include "signals.h"
#include "pstitle.h"

#define NOT_RUN 127

/* The keeper has no variables, and one of a user without root has those that it was started with. */
static void
run(const char *program, const char *how, int memory)
{
	char name[PSTITLE_CAP], option[32], number[16], *argv[] = { name, option, number, NULL };

	pstitle_room(name, "holdfast-keeper");
	snprintf(option, sizeof option, "%s", how);
	snprintf(number, sizeof number, "%d", memory);
	execve(program, argv, environ);
}

/* In the child.  The end of ALIVE tells the keeper that it has ended. */
static void __attribute__((noreturn))
check(const char *program, int memory, int alive)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signals_reset();
	if (fcntl(memory, F_SETFD, 0) == 0 && fcntl(alive, F_SETFD, 0) == 0)
		run(program, REEXEC_CHECK, memory);
	_exit(NOT_RUN);
}

/* Waits until the other end of FD is closed: whether it was, in REEXEC_CHECK_MS. */
static bool
wait_end(int fd)
{
	uint64_t end = clock_now_ms() + REEXEC_CHECK_MS, now;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while ((now = clock_now_ms()) < end)
		if (poll(&p, 1, (int)(end - now)) > 0)
			return true;
	return false;
}

/* What the child's end says. */
static int
judge(pid_t pid, bool in_time)
{
	int status = 0;

	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		return -ETIMEDOUT;
	if (!WIFEXITED(status))
		return -EPROTO;
	return WEXITSTATUS(status) == NOT_RUN ? -ENOEXEC : WEXITSTATUS(status) ? -EPROTO : 0;
}

int
reexec_check(const char *program, int memory)
{
	int alive[2], err;
	bool in_time;
	pid_t pid;

	/* A file that is not there, or can't be executed, is told by its own error. */
	if (access(program, X_OK) < 0 || pipe2(alive, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		check(program, memory, alive[1]);
	err = errno;
	close(alive[1]);
	in_time = pid > 0 && wait_end(alive[0]);
	close(alive[0]);
	return pid < 0 ? -err : judge(pid, in_time);
}

static void
inherit(int memory, const int *fds, unsigned count, bool yes)
{
	fcntl(memory, F_SETFD, yes ? 0 : FD_CLOEXEC);
	for (unsigned i = 0; i < count; i++)
		fcntl(fds[i], F_SETFD, yes ? 0 : FD_CLOEXEC);
}

int
reexec_run(const char *program, int memory, const int *fds, unsigned count)
{
	int err;

	inherit(memory, fds, count, true);
	run(program, REEXEC_TAKE_OVER, memory);
	err = errno;
	inherit(memory, fds, count, false);
	return -err;
}

static bool
is_kept(int fd, int memory, const int *fds, unsigned count)
{
	if (fd == memory)
		return true;
	for (unsigned i = 0; i < count; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

int
reexec_arrive(int memory, const int *fds, unsigned count)
{
	int last = memory;

	for (unsigned i = 0; i < count; i++) {
		if (fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0)
			return -errno;
		last = fds[i] > last ? fds[i] : last;
	}
	fcntl(memory, F_SETFD, FD_CLOEXEC);
	for (int fd = 3; fd < last; fd++)
		if (!is_kept(fd, memory, fds, count))
			close(fd);
	fdrange_close((unsigned)last + 1, ~0u);
	return 0;
}
