/* SPDX-License-Identifier: MIT */
/*
 * front: which process group a pty has in front, and since which byte of its output.
 *
 * A group that comes back, when the one that was in front has gone, is a shell's: it runs whatever is typed then.
 */
#ifndef HOLDFAST_FRONT_H
#define HOLDFAST_FRONT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct front {
	pid_t group;        /* tcgetpgrp(3); -1 or 0: none */
	uint64_t starttime; /* of its leader, if that is there (common/process/procstat.h), else 0 */
	bool back;          /* it was in front before the one that went: a shell */
	uint64_t since;     /* output from this offset on may be its own */
	uint32_t epoch;     /* counts the changes */
};

/* SHELL is the session's own.  Output from BEFORE to AFTER was just read from MASTER.  Whether it has changed. */
bool front_follow(struct front *f, int master, pid_t shell, uint64_t before, uint64_t after);

#endif
