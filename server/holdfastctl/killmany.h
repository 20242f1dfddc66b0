/* SPDX-License-Identifier: MIT */
/* killmany: ends many sessions at once. */
#ifndef HOLDFAST_KILLMANY_H
#define HOLDFAST_KILLMANY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct killmany {
	bool everybody;     /* all users' (root), else those of ctl_uid() */
	bool by_age;        /* only sessions without an attached terminal for OLDER_S seconds; their keepers decide */
	uint32_t older_s;
	int signal;         /* else */
	bool json;
};

/*
 * Ends session ID of UID by force, in any state of its keeper: for root all its processes, for a user the keeper and
 * the processes on its terminal.  0; -ENOENT: no such session; another negative errno.
 */
int killmany_force(uid_t uid, uint32_t id);
/* The time in which a keeper ends after it has said that its session is over. */
#define KILLMANY_GRACE_MS 500
/*
 * After SIGKILL, when the keeper of session ID of UID has said that it ends: for root, ends the session by force if
 * it still runs at UNTIL_MS (clock_now_ms).  0 or a negative errno.
 */
int killmany_finish(uid_t uid, uint32_t id, uint64_t until_ms);
/* Ends the sessions but the caller's own, waits for their end and prints the number.  Returns the exit status. */
int killmany_run(const struct killmany *q);

#endif
