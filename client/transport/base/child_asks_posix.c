/* SPDX-License-Identifier: MIT */
/*
 * Nothing tells which descriptors another process has.  The first command of this process counts as asking until the
 * host is heard; those of reconnects do not, and have to get in without a question at the terminal.
 */
#include "child_asks.h"

bool
child_asks(const struct child *c)
{
	static pid_t first;

	if (c->pid > 0 && !first)
		first = c->pid;
	return c->pid > 0 && c->pid == first;
}
