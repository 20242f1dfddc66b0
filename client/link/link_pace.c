/* SPDX-License-Identifier: MIT */
#include "link_pace.h"

#define STEP_MS 8u
#define LOOK_MS 16u  /* how long is looked at at least, */
#define STALE_MS 64u /* and what took longer was no steady stream */

void
link_pace_came(struct link_pace *p, size_t bytes)
{
	p->came += bytes;
}

uint32_t
link_pace_enough(struct link_pace *p, uint64_t now, bool idle)
{
	uint64_t took = now - p->since, least = idle ? LINK_PACE_SOME : LINK_PACE_BULK;

	if (took >= LOOK_MS) {
		p->step = took < STALE_MS ? p->came * STEP_MS / took : 0;
		p->came = 0;
		p->since = now;
	}
	if (p->step < least)
		return (uint32_t)least;
	return p->step < LINK_PACE_MOST ? (uint32_t)p->step : LINK_PACE_MOST;
}
