/* SPDX-License-Identifier: MIT */
#include "pidwait.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

void
pidwait(pid_t pid, int ms)
{
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	if (p.fd < 0)
		return;
	(void)poll(&p, 1, ms);
	close(p.fd);
}
