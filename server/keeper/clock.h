/* SPDX-License-Identifier: MIT */
/* clock: the two clocks that a keeper needs, in milliseconds (clock_gettime(2)). */
#ifndef HOLDFAST_CLOCK_H
#define HOLDFAST_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX /* a deadline that does not come */

/* CLOCK_BOOTTIME: for deadlines and for "away"; goes on while the machine sleeps. */
uint64_t clock_now_ms(void);
/* CLOCK_REALTIME: for people. */
uint64_t clock_date_ms(void);

#endif
