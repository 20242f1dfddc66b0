/* SPDX-License-Identifier: MIT */
/* POSIX has no clock that counts the time of sleep. */
#include "clock.h"

#include <time.h>

static uint64_t
read_ms(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t
clock_now_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

uint64_t
clock_date_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}
