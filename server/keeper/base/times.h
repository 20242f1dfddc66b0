/* SPDX-License-Identifier: MIT */
/*
 * times: when the output in the ring was printed, and on a terminal of which size: a table in the session's memory, so
 * that it outlives the keeper.  `holdfastctl export` reads it (attach_times.h).
 *
 * A row says that the output from its offset on, up to the next row's, began at its time.  A new row is begun for
 * output that comes TIMES_STEP_MS or more after the last row, and for each new size.  When the table is full, rows of
 * output that the ring no longer has go; and if that makes too little room, rows that follow soon after the one before,
 * as soon as it takes, but for the latest.  So old output has coarser times than new, and a session at rest costs
 * nothing.
 */
#ifndef HOLDFAST_TIMES_H
#define HOLDFAST_TIMES_H

#include <stdint.h>
#include <sys/ioctl.h>

#include "attach_times.h"
#include "ring.h"
#include "vital.h"

#define TIMES_STEP_MS 100
#define TIMES_MAX ATTACH_TIMES_MAX

struct times_row {
	uint64_t offset, ms;
	uint16_t rows, cols;
	uint32_t unused;
};

struct times {
	uint32_t count;
	uint32_t unused;
	struct times_row v[TIMES_MAX];
};

/*
 * The table in the memory V; rows that cannot be right for a ring at HEAD are forgotten.  NULL: the memory has no place
 * for it, and the functions below do nothing.
 */
struct times *times_open(struct vital *v, uint64_t head);
void times_close(struct times *t);
/* Output has come at MS (clock_date_ms()) whose first byte is at OFFSET of the ring R; the terminal has SIZE. */
void times_output(struct times *t, const struct ring *r, uint64_t offset, uint64_t ms, const struct winsize *size);
/* The terminal has SIZE from now on. */
void times_size(struct times *t, const struct ring *r, uint64_t ms, const struct winsize *size);
/* The answer to TIMES. */
void times_tell(const struct times *t, const struct ring *r, struct attach_times *m);

#endif
