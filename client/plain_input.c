/* SPDX-License-Identifier: MIT */
#include "plain_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "newfd.h"

#define DESCRIPTORS 1024 /* those that a client may have */

/* More of standard input; false: it is over, or nobody reads the pipe any more. */
static bool
copy_some(int to)
{
	struct pollfd p[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = to, .events = 0 } };
	char buf[65536];
	ssize_t n;

	if (poll(p, 2, -1) < 0)
		return errno == EINTR;
	if (p[1].revents)
		return false;
	n = read(STDIN_FILENO, buf, sizeof buf);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	return n > 0 && fd_write_all(to, buf, (size_t)n) == 0;
}

/* Has nothing open that another process could wait for the end of. */
static void
feed(const struct fallback *f, int to)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool more = !f->input_over;
	sigset_t none;

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(1);
	for (int fd = 3; fd < DESCRIPTORS; fd++)
		if (fd != to)
			close(fd);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (f->input && fd_write_all(to, f->input, f->input_len) < 0)
		_exit(1);
	while (more)
		more = copy_some(to);
	_exit(0);
}

/* Nobody's child: the one that takes our place waits for none that it does not know. */
static int
start(const struct fallback *f, int to)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			feed(f, to);
		_exit(pid < 0 ? 1 : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = EAGAIN;
	return status == 0 ? 0 : -1;
}

int
plain_input(const struct fallback *f)
{
	int fds[2], rc;

	if (!f->input && !f->input_over)
		return 0;
	if (newfd_pipe(fds) < 0)
		return -1;
	rc = start(f, fds[1]);
	if (rc == 0 && dup2(fds[0], STDIN_FILENO) < 0)
		rc = -1;
	fd_close(&fds[0]);
	fd_close(&fds[1]);
	return rc;
}
