/* SPDX-License-Identifier: MIT */
/* age: formats a duration for people. */
#ifndef HOLDFAST_AGE_H
#define HOLDFAST_AGE_H

#include <stddef.h>
#include <stdint.h>

#define AGE_CAP 32

/* "12s", "4m 12s", "3h 5m" or "2d 4h". */
void age_format(char out[AGE_CAP], uint64_t seconds);
/* The time since SINCE_MS (CLOCK_REALTIME, milliseconds); a moment in the future counts as now. */
void age_since(char out[AGE_CAP], uint64_t since_ms);

#endif
