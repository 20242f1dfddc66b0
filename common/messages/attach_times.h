/* SPDX-License-Identifier: MIT */
/*
 * attach_times: a message on a keeper's socket (attach.h) by which `holdfastctl export` learns when the output that the
 * keeper still has was printed, and on a terminal of which size.
 *
 *   TIMES           ─▶ TIMES_ARE          from every process that may connect, at any time
 */
#ifndef HOLDFAST_ATTACH_TIMES_H
#define HOLDFAST_ATTACH_TIMES_H

#include <stddef.h>
#include <stdint.h>

#include "attach.h"

#define ATTACH_TIMES_MAX 1024

/* The output from OFFSET on, up to the next one's, began at MS; the terminal had this size. */
struct attach_time {
	uint64_t offset;
	uint64_t ms;         /* CLOCK_REALTIME; less than that of the one before, where the clock was set back */
	uint32_t rows, cols;
};

struct attach_times {
	uint64_t oldest, head; /* offsets: of the oldest output that the keeper has, and behind the latest */
	uint32_t count;        /* 0: the keeper has noted none */
	struct attach_time v[ATTACH_TIMES_MAX]; /* by offset; the first one may be before OLDEST */
};

/* As those of attach.h. */
int attach_encode_times(const struct attach_times *m, unsigned char *out, size_t cap);
int attach_decode_times(struct attach_times *m, const void *buf, size_t len);

#endif
