/* SPDX-License-Identifier: MIT */
/*
 * backoff: how long to wait between attempts to connect: not at all before the first, then about 0.5, 1, 2, 4 … 30
 * seconds, and never more than two while no attempt gets as far as a session.  Each wait is off by up to a quarter, so
 * that many clients that lost the same host don't come back in step.
 */
#ifndef HOLDFAST_BACKOFF_H
#define HOLDFAST_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS 500u
#define BACKOFF_CHEAP_MS 2000u
#define BACKOFF_MOST_MS 30000u

struct backoff {
	uint64_t random;
	unsigned attempts; /* since the last success */
};

/* SEED: any number; the same one gives the same waits. */
void backoff_init(struct backoff *b, uint64_t seed);
/* An attempt begins: milliseconds that are to lie between its begin and the begin of the one after it. */
uint32_t backoff_attempt(struct backoff *b);
/*
 * That attempt ended before the host had let anybody in, which costs the host little.  The milliseconds that
 * are to lie at most between its begin and the next one's, which are two seconds or less: no more is lost once the way
 * is clear.
 */
uint32_t backoff_cheap(struct backoff *b);
/* The connection has done something useful: the next wait is a short one.  It is not none: else a host that lets
 * everybody in and drops them at once would be asked without a pause. */
void backoff_success(struct backoff *b);

#endif
