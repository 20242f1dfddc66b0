/* SPDX-License-Identifier: MIT */
/* ratelimit: how often something that others cause may be said. */
#ifndef HOLDFAST_RATELIMIT_H
#define HOLDFAST_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct ratelimit {
	unsigned burst;      /* so many at once … */
	unsigned every_ms;   /* … and one more each so many milliseconds */
	unsigned used;
	unsigned suppressed; /* since the last one that was allowed; whoever says that sets it to 0 */
	uint64_t last_ms;
};

/* Whether one more is allowed at NOW_MS; counts it as suppressed when not. */
bool ratelimit_take(struct ratelimit *r, uint64_t now_ms);

#endif
