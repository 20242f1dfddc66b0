/* SPDX-License-Identifier: MIT */
/* POSIX tells nothing of addresses, routes and sleep: the client waits until a ping is not answered. */
#include "netwatch.h"

void
netwatch_open(struct netwatch *w)
{
	*w = (struct netwatch){ .route = -1, .timer = -1 };
}

void
netwatch_close(struct netwatch *w)
{
	(void)w;
}

unsigned
netwatch_poll(const struct netwatch *w, struct pollfd *fds)
{
	(void)w;
	(void)fds;
	return 0;
}

bool
netwatch_step(struct netwatch *w, const struct pollfd *fds, unsigned count)
{
	(void)w;
	(void)fds;
	(void)count;
	return false;
}
