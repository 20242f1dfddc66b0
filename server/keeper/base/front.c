/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <unistd.h>

#include "procstat.h"

static uint64_t
starttime_of(pid_t pid)
{
	struct procstat ps;

	return pid > 0 && procstat_read(pid, &ps) == 0 ? ps.start : 0;
}

bool
front_follow(struct front *f, int master, pid_t shell, uint64_t before, uint64_t after)
{
	pid_t now = tcgetpgrp(master);
	uint64_t starttime;

	if (now == f->group)
		return false;
	starttime = starttime_of(now);
	f->back = now == shell;
	if (starttime && f->starttime && starttime != f->starttime)
		f->back |= starttime < f->starttime;
	else
		f->back |= now < f->group;
	/* Of what was read just now some may have been printed by the one that has gone. */
	f->since = f->back ? after : before;
	f->group = now;
	f->starttime = starttime;
	f->epoch++;
	return true;
}
