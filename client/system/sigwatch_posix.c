/* SPDX-License-Identifier: MIT */
#include "sigwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "newfd.h"

static int written = -1; /* the handlers' end */

/* A pipe that is full has enough of them. */
static void
on_signal(int signal)
{
	unsigned char number = (unsigned char)signal;
	int err = errno;

	(void)!write(written, &number, 1);
	errno = err;
}

static int
catch(int signal)
{
	struct sigaction sa;

	if (sigaction(signal, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
		return 0;
	sa = (struct sigaction){ .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigfillset(&sa.sa_mask);
	return sigaction(signal, &sa, NULL) < 0 ? -errno : 0;
}

int
sigwatch_open(const int *signals, size_t count)
{
	int fd[2], rc = 0;

	if (newfd_pipe(fd) < 0)
		return -errno;
	if (fcntl(fd[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(fd[1], F_SETFL, O_NONBLOCK) < 0)
		rc = -errno;
	written = fd[1];
	for (size_t i = 0; i < count && !rc; i++)
		rc = catch(signals[i]);
	if (rc) {
		sigwatch_close(fd[0]);
		return rc;
	}
	return fd[0];
}

int
sigwatch_next(int fd)
{
	unsigned char number;

	return read(fd, &number, 1) == 1 ? number : 0;
}

/* The handlers stay: what comes now is lost, as it would be while it is blocked. */
void
sigwatch_close(int fd)
{
	if (fd < 0)
		return;
	close(fd);
	close(written);
	written = -1;
}
