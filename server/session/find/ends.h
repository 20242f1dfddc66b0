/* SPDX-License-Identifier: MIT */
/* ends: how sessions have ended, according to root's records (common/run/endstore.h). */
#ifndef HOLDFAST_ENDS_H
#define HOLDFAST_ENDS_H

#include <stddef.h>

#include "bounds.h"
#include "endrecord.h"

/*
 * Asks holdfastd for this process's user's records: 0 with them in *V (the caller's to free), oldest first, and their
 * number in *COUNT; -ENOENT or -ECONNREFUSED: holdfastd is not there; -EPROTO: it is too old to know; another negative
 * errno.
 */
int ends_mine(struct endrecord **v, size_t *count);
/*
 * The end of this user's session ID in one line (endwords.h), if it was not longer ago than RECENT_MS: 0, -ENOENT, or
 * an error as above.
 */
int ends_line(uint32_t id, uint64_t recent_ms, char text[TEXT_CAP]);

#endif
