/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fdrange.h"

#include "bounds.h"
#include "signals.h"

static int
find_program(const char *name, char path[PATH_CAP])
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin",
	                                   "/usr/local/bin" };

	if (name[0] == '/')
		return snprintf(path, PATH_CAP, "%s", name) < PATH_CAP && access(path, X_OK) == 0 ? 0 : -ENOENT;
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (snprintf(path, PATH_CAP, "%s/%s", dirs[i], name) < PATH_CAP && access(path, X_OK) == 0)
			return 0;
	return -ENOENT;
}

static void __attribute__((noreturn))
become(const char *path, const char *const *argv, int out)
{
	static char paths[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *env[] = { paths, locale, NULL };
	int null = open("/dev/null", O_RDWR);

	signals_reset();
	/* A group of its own, so that all of it can be killed. */
	setpgid(0, 0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || fdrange_close(3, ~0u) < 0)
		_exit(127);
	execve(path, (char *const *)(uintptr_t)argv, env);
	_exit(127);
}

/* Reads to the end or the deadline: 0 or -ETIMEDOUT. */
static int
collect(int fd, int64_t deadline, char *text, size_t cap)
{
	size_t n = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - (int64_t)clock_now_ms();
		char rest[512];
		ssize_t got;
		int ready = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0) {
			text[n] = '\0';
			return -ETIMEDOUT;
		}
		got = n + 1 < cap ? read(fd, text + n, cap - 1 - n) : read(fd, rest, sizeof rest);
		if (got <= 0)
			break;
		n += n + 1 < cap ? (size_t)got : 0;
	}
	text[n] = '\0';
	return 0;
}

static int
run_path(const char *path, const char *const *argv, int timeout_ms, char *text)
{
	int pipes[2], status, rc;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become(path, argv, pipes[1]);
	rc = pid < 0 ? -errno : 0;
	close(pipes[1]);
	if (!rc) {
		rc = collect(pipes[0], (int64_t)clock_now_ms() + timeout_ms, text, RUN_OUTPUT_MAX);
		if (rc && kill(-pid, SIGKILL) < 0)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
	if (rc)
		return rc;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

int
run_program(const char *const *argv, int timeout_ms, char **output)
{
	char path[PATH_CAP], *text;
	int rc = find_program(argv[0], path);

	if (rc)
		return rc;
	text = calloc(1, RUN_OUTPUT_MAX);
	if (!text)
		return -ENOMEM;
	rc = run_path(path, argv, timeout_ms, text);
	if (rc >= 0 && output)
		*output = text;
	else
		free(text);
	return rc;
}
