/* SPDX-License-Identifier: MIT */
/*
 * refusals: how often a refusal may be written into the log, for each owner (owners.h) by himself, so that one user's
 * noise hides nobody else's line.  What was left out is counted, and the count is written.
 */
#ifndef HOLDFAST_REFUSALS_H
#define HOLDFAST_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ratelimit.h"

#define REFUSALS_OWNERS 64
#define REFUSALS_BURST 16
#define REFUSALS_EVERY_MS 5000
#define REFUSALS_SAY_MS 60000 /* so long after the first one that was left out, the count is written */

struct refusals {
	size_t count;
	struct {
		uint64_t owner;
		uid_t uid;              /* whose was the last */
		struct ratelimit limit; /* its SUPPRESSED: left out, and not said yet */
		uint64_t asked_ms, say_ms;
	} v[REFUSALS_OWNERS];
};

/*
 * Whether a refusal of a process of UID, which counts for OWNER, may be written now.  It counts as written: when it was
 * none after all, refusals_back is called.
 */
bool refusals_take(struct refusals *r, uint64_t owner, uid_t uid, uint64_t now_ms);
void refusals_back(struct refusals *r, uint64_t owner);
/* One was left out. */
void refusals_left_out(struct refusals *r, uint64_t owner, uint64_t now_ms);
/* Calls SAY for each count that is due at NOW_MS. */
void refusals_say(struct refusals *r, uint64_t now_ms, void (*say)(uid_t uid, unsigned left_out));
/* When the next count is due, or UINT64_MAX. */
uint64_t refusals_deadline(const struct refusals *r);

#endif
