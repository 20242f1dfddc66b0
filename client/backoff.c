/* SPDX-License-Identifier: MIT */
#include "backoff.h"

#define DOUBLINGS_MAX 16
#define CHEAP_DOUBLINGS 2 /* from half a second to two */

void
backoff_init(struct backoff *b, uint64_t seed)
{
	*b = (struct backoff){ .random = seed ? seed : 1 };
}

/* xorshift64: spreading attempts needs no better one. */
static uint64_t
next_random(struct backoff *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

uint32_t
backoff_attempt(struct backoff *b)
{
	uint32_t wait = BACKOFF_MOST_MS;

	if (b->attempts < DOUBLINGS_MAX && BACKOFF_FIRST_MS << b->attempts < BACKOFF_MOST_MS)
		wait = BACKOFF_FIRST_MS << b->attempts;
	if (b->attempts < DOUBLINGS_MAX)
		b->attempts++;
	wait = wait - wait / 4 + (uint32_t)(next_random(b) % (wait / 2 + 1));
	if (wait < BACKOFF_FIRST_MS)
		return BACKOFF_FIRST_MS;
	return wait < BACKOFF_MOST_MS ? wait : BACKOFF_MOST_MS;
}

uint32_t
backoff_cheap(struct backoff *b)
{
	if (b->attempts > CHEAP_DOUBLINGS)
		b->attempts = CHEAP_DOUBLINGS;
	return BACKOFF_CHEAP_MS - (uint32_t)(next_random(b) % (BACKOFF_CHEAP_MS / 2));
}

void
backoff_success(struct backoff *b)
{
	b->attempts = 0;
}
