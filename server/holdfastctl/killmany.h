/* SPDX-License-Identifier: MIT */
/* killmany: ends many sessions at once. */
#ifndef HOLDFAST_KILLMANY_H
#define HOLDFAST_KILLMANY_H

#include <stdbool.h>
#include <stdint.h>

struct killmany {
	bool everybody;     /* all users' (root), else those of ctl_uid() */
	bool by_age;        /* only those that nobody has been attached to for OLDER_S seconds; their keepers decide */
	uint32_t older_s;
	int signal;         /* else */
	bool json;
};

/* Ends them, never the one that the caller is in, waits for their end and says how many: what to end with. */
int killmany_run(const struct killmany *q);

#endif
