/* SPDX-License-Identifier: MIT */
/* usage: what a session costs: processor time, memory, processes. */
#ifndef HOLDFAST_USAGE_H
#define HOLDFAST_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"

struct usage {
	bool known;
	uint64_t cpu_ms;        /* user and system time so far */
	uint64_t memory_bytes;  /* of the cgroup; else the sum of what is resident */
	uint64_t processes;
	char cgroup[PATH_CAP];  /* the session's own, session-N.scope; "": the figures are sums over processes */
};

struct usage_table; /* all processes at one moment */

/* Reads /proc once; NULL when that can't be done. */
struct usage_table *usage_take(void);
void usage_free(struct usage_table *t);
/*
 * Of the session whose keeper is KEEPER and whose shell is SHELL (0: none): its cgroup where it has one of its own,
 * else the keeper's descendants and what is in the shell's session, without those that have ended.
 */
void usage_of(const struct usage_table *t, pid_t keeper, pid_t shell, struct usage *u);

#endif
