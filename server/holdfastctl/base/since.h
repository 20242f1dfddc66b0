/* SPDX-License-Identifier: MIT */
/* since: a moment of the past, as people write it for --since. */
#ifndef HOLDFAST_SINCE_H
#define HOLDFAST_SINCE_H

#include <stdint.h>

/* For messages. */
#define SINCE_FORMS "1d, 2h30m, today, yesterday, 14:02, 2026-11-29, \"2026-11-29 14:02:03\" or @SECONDS"

/* TEXT in one of SINCE_FORMS, at NOW_MS, into *MS (milliseconds since 1970): 0 or -EINVAL. */
int since_parse(const char *text, uint64_t now_ms, uint64_t *ms);

#endif
