/* SPDX-License-Identifier: MIT */
/* usage: the cost of a session: processor time, memory, processes. */
#ifndef HOLDFAST_USAGE_H
#define HOLDFAST_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"

struct usage {
	bool known;
	uint64_t cpu_ms;        /* user and system time so far */
	uint64_t memory_bytes;  /* of the cgroup; else the sum of resident memory */
	uint64_t processes;
	char cgroup[PATH_CAP];  /* the session's own, session-N.scope; "": the figures are sums over processes */
};

struct usage_table; /* all processes at one moment */

/* Reads /proc once; NULL: cannot read it. */
struct usage_table *usage_take(void);
void usage_free(struct usage_table *t);
/*
 * The cost of the session with the keeper KEEPER and the shell SHELL (0: none): of its own cgroup if it has one, else
 * of the keeper's descendants and the processes in the shell's session, without those that have ended.
 */
void usage_of(const struct usage_table *t, pid_t keeper, pid_t shell, struct usage *u);

#endif
