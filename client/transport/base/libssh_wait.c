/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>

#include "libssh_wait.h"
#include "tcptune.h"

bool
libssh_wait(ssh_session s, int cancel)
{
	struct pollfd p[2] = { { .fd = ssh_get_fd(s), .events = POLLIN }, { .fd = cancel, .events = POLLIN } };

	if (!ssh_is_connected(s) || p[0].fd < 0)
		return false;
	if (ssh_get_poll_flags(s) & SSH_WRITE_PENDING)
		p[0].events |= POLLOUT;
	tcptune_acknowledge(p[0].fd);
	if (poll(p, 2, -1) < 0)
		return errno == EINTR;
	return !p[1].revents;
}
