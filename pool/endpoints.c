/* SPDX-License-Identifier: MIT */
#include "endpoints.h"

#include <errno.h>
#include <string.h>

#define DOUBLINGS_MAX 5 /* ENDPOINTS_OUT_MIN_MS << 5 is over ENDPOINTS_OUT_MAX_MS */

void
endpoints_init(struct endpoints *e, uint64_t seed)
{
	memset(e, 0, sizeof *e);
	e->random = seed | 1;
}

/* xorshift64: enough to spread times. */
uint64_t
endpoints_random(struct endpoints *e)
{
	e->random ^= e->random << 13;
	e->random ^= e->random >> 7;
	e->random ^= e->random << 17;
	return e->random;
}

int
endpoints_add(struct endpoints *e, const char *url)
{
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	if (e->count == ENDPOINTS_MAX)
		return -E2BIG;
	if (len >= ENDPOINTS_URL_CAP)
		return -ENAMETOOLONG;
	memcpy(e->v[e->count].url, url, len);
	e->v[e->count].url[len] = '\0';
	e->count++;
	return 0;
}

void
endpoints_begin(struct endpoints *e)
{
	e->current = e->count ? endpoints_random(e) % e->count : 0;
}

const char *
endpoints_url(const struct endpoints *e)
{
	return e->v[e->current].url;
}

void
endpoints_answered(struct endpoints *e)
{
	e->v[e->current].failures = 0;
	e->v[e->current].out_until_ms = 0;
}

/* From half of the time to all of it. */
static uint64_t
pause_of(struct endpoints *e, unsigned failures)
{
	unsigned doublings = failures - 1 < DOUBLINGS_MAX ? failures - 1 : DOUBLINGS_MAX;
	uint64_t ms = (uint64_t)ENDPOINTS_OUT_MIN_MS << doublings;

	if (ms > ENDPOINTS_OUT_MAX_MS)
		ms = ENDPOINTS_OUT_MAX_MS;
	return ms / 2 + endpoints_random(e) % (ms / 2);
}

void
endpoints_failed(struct endpoints *e, uint64_t now)
{
	struct endpoint *failed = &e->v[e->current];
	size_t best = e->current;

	failed->failures++;
	failed->out_until_ms = now + pause_of(e, failed->failures);
	for (size_t i = 1; i < e->count; i++) {
		size_t other = (e->current + i) % e->count;
		const struct endpoint *a = &e->v[other], *b = &e->v[best];

		/* Those that are in come first, in turn; then the one that is out for the shortest time. */
		if (b->out_until_ms > now && a->out_until_ms < b->out_until_ms)
			best = other;
	}
	e->current = best;
}

uint64_t
endpoints_due(const struct endpoints *e, uint64_t now)
{
	uint64_t until = e->v[e->current].out_until_ms;

	return until > now ? until : 0;
}

size_t
endpoints_in(const struct endpoints *e, uint64_t now)
{
	size_t in = 0;

	for (size_t i = 0; i < e->count; i++)
		in += e->v[i].out_until_ms <= now;
	return in;
}

uint64_t
endpoints_next(const struct endpoints *e, uint64_t now)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < e->count; i++)
		if (e->v[i].out_until_ms > now && e->v[i].out_until_ms < next)
			next = e->v[i].out_until_ms;
	return next;
}
