/* SPDX-License-Identifier: MIT */
#include "hoststate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "cgroup.h"
#include "clock.h"
#include "fd.h"
#include "fdrange.h"
#include "procstat.h"
#include "signals.h"

#define SYSTEMCTL_MS 1000
#define CLOSING_MS 200  /* logind asks systemd first, and writes its file then */
#define LOOK_MS 10

static void __attribute__((noreturn))
become_systemctl(int out)
{
	static const char *const paths[] = { "/usr/bin/systemctl", "/bin/systemctl" };
	char *argv[] = { (char *)"systemctl", (char *)"is-system-running", NULL };
	char *env[] = { NULL };
	sigset_t stop;

	/* systemd ends what it finds in the scope that it stops, and this process is there, too. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	signals_reset();
	sigprocmask(SIG_BLOCK, &stop, NULL);
	if (dup2(out, 1) < 0 || fdrange_close(3, ~0u) < 0)
		_exit(127);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		execve(paths[i], argv, env);
	_exit(127);
}

/* What PID writes to FD within SYSTEMCTL_MS, and its end. */
static void
collect(pid_t pid, int fd, char *out, size_t cap)
{
	uint64_t now = clock_now_ms(), end = now + SYSTEMCTL_MS;
	size_t len = 0;

	for (; now < end && len + 1 < cap; now = clock_now_ms()) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n = 0;

		if (poll(&p, 1, (int)(end - now)) > 0) {
			n = fd_read(fd, out + len, cap - 1 - len);
			if (n <= 0)
				break;
			len += (size_t)n;
		}
	}
	out[len] = '\0';
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

bool
hoststate_stopping(void)
{
	char text[32] = "";
	int p[2];
	pid_t pid;

	if (!cgroup_has_logind() || pipe2(p, O_CLOEXEC))
		return false;
	pid = fork();
	if (pid == 0)
		become_systemctl(p[1]);
	close(p[1]);
	if (pid > 0)
		collect(pid, p[0], text, sizeof text);
	close(p[0]);
	return strncmp(text, "stopping", 8) == 0;
}

bool
hoststate_is_closing(const char *text)
{
	const char *found = strstr(text, "\nSTATE=closing\n");

	return found != NULL;
}

/* The number of this process's logind session: that of its scope. */
static int
session_file(char path[PATH_CAP])
{
	int dir = procstat_open(getpid()), rc;
	char cgroup[PATH_CAP];
	const char *root, *name, *dot;

	rc = dir < 0 ? dir : cgroup_read(dir, cgroup, &root);
	if (dir >= 0)
		close(dir);
	if (rc || !cgroup_is_scope(cgroup))
		return -ENOENT;
	name = strrchr(cgroup, '/') + sizeof "/session-" - 1;
	dot = strrchr(name, '.');
	snprintf(path, PATH_CAP, "/run/systemd/sessions/%.*s", (int)(dot - name), name);
	return 0;
}

static bool
closes_now(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return hoststate_is_closing(text);
}

bool
hoststate_logind_closes(void)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	char path[PATH_CAP];

	if (session_file(path))
		return false;
	for (int waited = 0; waited < CLOSING_MS; waited += LOOK_MS) {
		if (closes_now(path))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}
