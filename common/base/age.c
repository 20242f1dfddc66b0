/* SPDX-License-Identifier: MIT */
#include "age.h"

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"

void
age_format(char out[AGE_CAP], uint64_t s)
{
	if (s < 60)
		snprintf(out, AGE_CAP, "%" PRIu64 "s", s);
	else if (s < 3600)
		snprintf(out, AGE_CAP, "%" PRIu64 "m %" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, AGE_CAP, "%" PRIu64 "h %" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(out, AGE_CAP, "%" PRIu64 "d %" PRIu64 "h", s / 86400, s / 3600 % 24);
}

void
age_since(char out[AGE_CAP], uint64_t since_ms)
{
	uint64_t now = clock_date_ms();

	age_format(out, now > since_ms ? (now - since_ms) / 1000 : 0);
}
