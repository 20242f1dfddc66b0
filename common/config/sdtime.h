/* SPDX-License-Identifier: MIT */
/* sdtime: a span of time as systemd's files have it ("90", "15min", "1h 30min", "infinity"; systemd.time(7)). */
#ifndef HOLDFAST_SDTIME_H
#define HOLDFAST_SDTIME_H

#include <stdint.h>

#define SDTIME_INFINITY UINT64_MAX

/* In whole seconds, rounded down: 0, or -EBADMSG with *SECONDS untouched. */
int sdtime_seconds(const char *text, uint64_t *seconds);

#endif
