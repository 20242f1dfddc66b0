/* SPDX-License-Identifier: MIT */
/* clock: two clocks, in milliseconds (clock_gettime(2)). */
#ifndef HOLDFAST_CLOCK_H
#define HOLDFAST_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX /* no deadline */

/* CLOCK_BOOTTIME: for deadlines and for "away"; goes on while the machine sleeps.  clock_posix.c: CLOCK_MONOTONIC. */
uint64_t clock_now_ms(void);
/* CLOCK_REALTIME: for people. */
uint64_t clock_date_ms(void);

/* The moment AT of clock_now_ms() by clock_date_ms(), as the two stand now; CLOCK_NEVER: 0. */
static inline uint64_t
clock_date_of(uint64_t at)
{
	return at == CLOCK_NEVER ? 0 : clock_date_ms() - clock_now_ms() + at;
}

/* Lowers *DEADLINE to AT. */
static inline void
clock_sooner(uint64_t *deadline, uint64_t at)
{
	if (at < *deadline)
		*deadline = at;
}

#endif
