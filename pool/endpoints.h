/* SPDX-License-Identifier: MIT */
/*
 * endpoints: the URLs of a store's members, and which of them are left out for a time because they did not answer.
 *
 * One of them is used at a time, as long as it answers.  One that fails is left out, for longer with each failure in a
 * row; times are spread at random, so that many nodes do not come back in the same moment.
 */
#ifndef HOLDFAST_POOL_ENDPOINTS_H
#define HOLDFAST_POOL_ENDPOINTS_H

#include <stddef.h>
#include <stdint.h>

#define ENDPOINTS_MAX 16
#define ENDPOINTS_URL_CAP 264
#define ENDPOINTS_OUT_MIN_MS 1000
#define ENDPOINTS_OUT_MAX_MS 30000

struct endpoints {
	struct endpoint {
		char url[ENDPOINTS_URL_CAP]; /* without a slash at its end */
		uint64_t out_until_ms;       /* clock_now_ms(); 0: it is in */
		unsigned failures;           /* in a row */
	} v[ENDPOINTS_MAX];
	size_t count, current;
	uint64_t random; /* the state of a generator */
};

/* SEED decides which one is used first. */
void endpoints_init(struct endpoints *e, uint64_t seed);
/* Adds a URL: 0; -E2BIG: there are ENDPOINTS_MAX; -ENAMETOOLONG. */
int endpoints_add(struct endpoints *e, const char *url);
/* All have been added: chooses the first one. */
void endpoints_begin(struct endpoints *e);
/* The one that is used now. */
const char *endpoints_url(const struct endpoints *e);
/* It has answered. */
void endpoints_answered(struct endpoints *e);
/* It has not: it is left out, and another one is used, the one that comes back first if all are out. */
void endpoints_failed(struct endpoints *e, uint64_t now);
/* A number that spreads the times of many nodes. */
uint64_t endpoints_random(struct endpoints *e);
/* When the current one may be asked, by clock_now_ms(); 0: at once. */
uint64_t endpoints_due(const struct endpoints *e, uint64_t now);
/* How many are not left out. */
size_t endpoints_in(const struct endpoints *e, uint64_t now);
/* When the next one of those that are comes back; UINT64_MAX: none is. */
uint64_t endpoints_next(const struct endpoints *e, uint64_t now);

#endif
