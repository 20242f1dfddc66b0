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
	/* The group that has gone may have printed a part of the bytes that were just read. */
	f->since = f->back ? after : before;
	f->group = now;
	f->starttime = starttime;
	f->epoch++;
	return true;
}
