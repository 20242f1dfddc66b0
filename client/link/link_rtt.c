/* SPDX-License-Identifier: MIT */
#include "link_rtt.h"

#define SAMPLE_MOST 60000u /* longer was a sleep of this machine */

void
link_rtt_sample(struct link_rtt *r, uint64_t ms)
{
	if (ms > SAMPLE_MOST)
		return;
	if (!ms)
		ms = 1;
	if (!r->smoothed)
		r->smoothed = (uint32_t)ms;
	else if (ms < r->smoothed)
		r->smoothed = (uint32_t)((r->smoothed + ms) / 2);
	else
		r->smoothed = (uint32_t)((7 * (uint64_t)r->smoothed + ms + 4) / 8);
}

void
link_rtt_sent(struct link_rtt *r, uint64_t end, uint64_t now)
{
	r->last_offset = end;
	r->last_sent = now;
	if (r->sent)
		return;
	r->offset = end;
	r->sent = now;
}

void
link_rtt_acked(struct link_rtt *r, uint64_t offset, uint64_t now)
{
	if (!r->sent || offset < r->offset)
		return;
	link_rtt_sample(r, now - r->sent);
	r->offset = r->last_offset;
	r->sent = offset < r->last_offset ? r->last_sent : 0;
}

void
link_rtt_cut(struct link_rtt *r)
{
	r->sent = 0;
}
