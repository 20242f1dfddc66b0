/* SPDX-License-Identifier: MIT */
#include "refusallog.h"

/* The entry of OWNER, or the end. */
static size_t
find(const struct refusallog *r, uint64_t owner)
{
	size_t i = 0;

	while (i < r->count && r->v[i].owner != owner)
		i++;
	return i;
}

/* The entry that is asked about least, one with nothing to say if there is any. */
static size_t
least_needed(const struct refusallog *r)
{
	size_t best = 0;

	for (size_t i = 1; i < r->count; i++) {
		bool silent = !r->v[i].limit.suppressed, best_silent = !r->v[best].limit.suppressed;

		if (silent != best_silent ? silent : r->v[i].asked_ms < r->v[best].asked_ms)
			best = i;
	}
	return best;
}

/* Takes a line from L without counting a refusal as left out: only later is known whether there was one. */
static bool
take(struct ratelimit *l, uint64_t now_ms)
{
	if (ratelimit_take(l, now_ms))
		return true;
	l->suppressed--;
	return false;
}

static void
give_back(struct ratelimit *l)
{
	if (l->used)
		l->used--;
}

/* Counts N refusals that were left out; the first one sets the time at which the count is written. */
static void
count(struct ratelimit *l, uint64_t *say_ms, unsigned n, uint64_t now_ms)
{
	if (n && !l->suppressed)
		*say_ms = now_ms + REFUSALLOG_SAY_MS;
	l->suppressed += n;
}

/* The entry of OWNER; for a new one the entry that is needed least gives way, and its count goes to the others'. */
static size_t
find_or_make(struct refusallog *r, uint64_t owner, uint64_t now_ms)
{
	size_t i = find(r, owner);

	if (i < r->count)
		return i;
	i = r->count < REFUSALLOG_OWNERS ? r->count++ : least_needed(r);
	count(&r->total, &r->total_say_ms, r->v[i].limit.suppressed, now_ms);
	r->v[i].owner = owner;
	r->v[i].limit = (struct ratelimit){ .burst = REFUSALLOG_BURST, .every_ms = REFUSALLOG_EVERY_MS };
	return i;
}

bool
refusallog_take(struct refusallog *r, uint64_t owner, uid_t uid, uint64_t now_ms)
{
	size_t i = find_or_make(r, owner, now_ms);

	r->v[i].uid = uid;
	r->v[i].asked_ms = now_ms;
	r->total.burst = REFUSALLOG_TOTAL_BURST;
	r->total.every_ms = REFUSALLOG_TOTAL_EVERY_MS;
	if (!take(&r->v[i].limit, now_ms))
		return false;
	if (take(&r->total, now_ms))
		return true;
	give_back(&r->v[i].limit);
	return false;
}

void
refusallog_back(struct refusallog *r, uint64_t owner)
{
	size_t i = find(r, owner);

	give_back(&r->total);
	if (i < r->count)
		give_back(&r->v[i].limit);
}

void
refusallog_left_out(struct refusallog *r, uint64_t owner, uint64_t now_ms)
{
	size_t i = find(r, owner);

	if (i < r->count)
		count(&r->v[i].limit, &r->v[i].say_ms, 1, now_ms);
	else
		count(&r->total, &r->total_say_ms, 1, now_ms);
}

void
refusallog_say(struct refusallog *r, uint64_t now_ms, void (*say)(uid_t uid, unsigned left_out))
{
	for (size_t i = 0; i < r->count; i++) {
		if (!r->v[i].limit.suppressed || now_ms < r->v[i].say_ms)
			continue;
		say(r->v[i].uid, r->v[i].limit.suppressed);
		r->v[i].limit.suppressed = 0;
	}
	if (r->total.suppressed && now_ms >= r->total_say_ms) {
		say((uid_t)-1, r->total.suppressed);
		r->total.suppressed = 0;
	}
}

uint64_t
refusallog_deadline(const struct refusallog *r)
{
	uint64_t first = r->total.suppressed ? r->total_say_ms : UINT64_MAX;

	for (size_t i = 0; i < r->count; i++)
		if (r->v[i].limit.suppressed && r->v[i].say_ms < first)
			first = r->v[i].say_ms;
	return first;
}
