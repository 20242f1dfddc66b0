/* SPDX-License-Identifier: MIT */
/* killmany: ends many sessions at once. */
#ifndef HOLDFAST_KILLMANY_H
#define HOLDFAST_KILLMANY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct killmany {
	bool everybody;     /* all users' (root), else those of ctl_uid() */
	bool by_age;        /* only those that nobody has been attached to for OLDER_S seconds; their keepers decide */
	uint32_t older_s;
	int signal;         /* else */
	bool json;
};

/*
 * Ends session ID of UID by force, whatever its keeper does: root all processes of it, a user the keeper and what runs in
 * its terminal.  0; -ENOENT: no such session; another negative errno.
 */
int killmany_force(uid_t uid, uint32_t id);
/* A keeper that has said that its session is over goes within that time. */
#define KILLMANY_GRACE_MS 500
/*
 * After SIGKILL, where the keeper of session ID of UID has said that it ends: root does not take its word for that, and
 * ends one by force that is there at UNTIL_MS (clock_now_ms) still.  0 or a negative errno.
 */
int killmany_finish(uid_t uid, uint32_t id, uint64_t until_ms);
/* Ends them, never the one that the caller is in, waits for their end and says how many: what to end with. */
int killmany_run(const struct killmany *q);

#endif
