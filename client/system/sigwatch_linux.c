/* SPDX-License-Identifier: MIT */
#include "sigwatch.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int
sigwatch_open(const int *signals, size_t count)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < count; i++) {
		struct sigaction sa;

		if (sigaction(signals[i], NULL, &sa) != 0 || sa.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	}
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int
sigwatch_next(int fd)
{
	struct signalfd_siginfo s;

	return read(fd, &s, sizeof s) == (ssize_t)sizeof s ? (int)s.ssi_signo : 0;
}

void
sigwatch_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
