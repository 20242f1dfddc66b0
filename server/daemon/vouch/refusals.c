/* SPDX-License-Identifier: MIT */
#include "refusals.h"

/* The entry of OWNER, or the end. */
static size_t
find(const struct refusals *r, uint64_t owner)
{
	size_t i = 0;

	while (i < r->count && r->v[i].owner != owner)
		i++;
	return i;
}

/* The entry that is asked about least, one with nothing to say if there is any. */
static size_t
least_needed(const struct refusals *r)
{
	size_t best = 0;

	for (size_t i = 1; i < r->count; i++) {
		bool silent = !r->v[i].limit.suppressed, best_silent = !r->v[best].limit.suppressed;

		if (silent != best_silent ? silent : r->v[i].asked_ms < r->v[best].asked_ms)
			best = i;
	}
	return best;
}

static size_t
find_or_make(struct refusals *r, uint64_t owner)
{
	size_t i = find(r, owner);

	if (i < r->count)
		return i;
	i = r->count < REFUSALS_OWNERS ? r->count++ : least_needed(r);
	r->v[i].owner = owner;
	r->v[i].limit = (struct ratelimit){ .burst = REFUSALS_BURST, .every_ms = REFUSALS_EVERY_MS };
	return i;
}

bool
refusals_take(struct refusals *r, uint64_t owner, uid_t uid, uint64_t now_ms)
{
	size_t i = find_or_make(r, owner);

	r->v[i].uid = uid;
	r->v[i].asked_ms = now_ms;
	if (ratelimit_take(&r->v[i].limit, now_ms))
		return true;
	/* That it is one at all is only known later. */
	r->v[i].limit.suppressed--;
	return false;
}

void
refusals_back(struct refusals *r, uint64_t owner)
{
	size_t i = find(r, owner);

	if (i < r->count && r->v[i].limit.used)
		r->v[i].limit.used--;
}

void
refusals_left_out(struct refusals *r, uint64_t owner, uint64_t now_ms)
{
	size_t i = find(r, owner);

	/* Its entry has gone to another: then there are more owners than lines that anybody reads. */
	if (i == r->count)
		return;
	if (!r->v[i].limit.suppressed++)
		r->v[i].say_ms = now_ms + REFUSALS_SAY_MS;
}

void
refusals_say(struct refusals *r, uint64_t now_ms, void (*say)(uid_t uid, unsigned left_out))
{
	for (size_t i = 0; i < r->count; i++) {
		if (!r->v[i].limit.suppressed || now_ms < r->v[i].say_ms)
			continue;
		say(r->v[i].uid, r->v[i].limit.suppressed);
		r->v[i].limit.suppressed = 0;
	}
}

uint64_t
refusals_deadline(const struct refusals *r)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < r->count; i++)
		if (r->v[i].limit.suppressed && r->v[i].say_ms < first)
			first = r->v[i].say_ms;
	return first;
}
