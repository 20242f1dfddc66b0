/* SPDX-License-Identifier: MIT */
/* ratelimit: limits messages that other processes can cause. */
#ifndef HOLDFAST_RATELIMIT_H
#define HOLDFAST_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct ratelimit {
	unsigned burst;      /* messages at once … */
	unsigned every_ms;   /* … and one more after each such time, in milliseconds */
	unsigned used;
	unsigned suppressed; /* since the last permitted message; the caller that reports the number sets it to 0 */
	uint64_t last_ms;
};

/* Whether one more message is permitted at NOW_MS; if not, counts it as suppressed. */
bool ratelimit_take(struct ratelimit *r, uint64_t now_ms);

#endif
