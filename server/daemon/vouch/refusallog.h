/* SPDX-License-Identifier: MIT */
/*
 * refusallog: limits the refusals in the log: for each owner (owners.h) separately, so that one user's lines do not hide
 * another user's, and for all owners together, so that many users cannot fill the log.  Refusals over a limit are counted,
 * and the log gets the count.
 */
#ifndef HOLDFAST_REFUSALLOG_H
#define HOLDFAST_REFUSALLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ratelimit.h"

#define REFUSALLOG_OWNERS 64
#define REFUSALLOG_BURST 16
#define REFUSALLOG_EVERY_MS 5000
#define REFUSALLOG_TOTAL_BURST 1024 /* more than SLOTS_MAX: each running helper holds one until it has ended */
#define REFUSALLOG_TOTAL_EVERY_MS 200
#define REFUSALLOG_SAY_MS 60000 /* the count is written this long after the first omitted line */

struct refusallog {
	struct ratelimit total; /* its SUPPRESSED: left out of owners that have no entry any more, and not said yet */
	uint64_t total_say_ms;
	size_t count;
	struct {
		uint64_t owner;
		uid_t uid;              /* of the last refusal */
		struct ratelimit limit; /* its SUPPRESSED: omitted lines that no count has reported yet */
		uint64_t asked_ms, say_ms;
	} v[REFUSALLOG_OWNERS];
};

/*
 * Whether the log may get a refusal of a process of UID, which counts for OWNER, now.  Counts it as written; if there
 * was no refusal after all, call refusallog_back.
 */
bool refusallog_take(struct refusallog *r, uint64_t owner, uid_t uid, uint64_t now_ms);
void refusallog_back(struct refusallog *r, uint64_t owner);
/* Counts an omitted line. */
void refusallog_left_out(struct refusallog *r, uint64_t owner, uint64_t now_ms);
/* Calls SAY for each count that is due at NOW_MS; UID is (uid_t)-1 for the count of owners that have no entry. */
void refusallog_say(struct refusallog *r, uint64_t now_ms, void (*say)(uid_t uid, unsigned left_out));
/* When the next count is due, or UINT64_MAX. */
uint64_t refusallog_deadline(const struct refusallog *r);

#endif
