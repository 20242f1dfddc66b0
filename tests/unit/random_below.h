/* SPDX-License-Identifier: MIT */
/* random_below: numbers that look random and are the same in each run of a test (xorshift, Marsaglia 2003). */
#ifndef HOLDFAST_RANDOM_BELOW_H
#define HOLDFAST_RANDOM_BELOW_H

#include <stdint.h>

/* 0 to N-1. */
static inline unsigned
random_below(unsigned n)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % n);
}

#endif
