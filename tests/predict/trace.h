/* SPDX-License-Identifier: MIT */
/*
 * trace: a trace of record.py, uncompressed, in memory.  TAKEN is not the recorded one: it is made as the keeper makes
 * it (server/keeper/framed/taken.h), behind the kernel's echo, or when nothing has happened for a while.
 *
 * The line may lose packets: what is lost is sent again, and all behind it waits, as with TCP.  So keys come to the host
 * in bursts, and so do its answers to the client.  The host may be busy, and answer later than it was recorded.
 */
#ifndef HOLDFAST_PREDICT_TRACE_H
#define HOLDFAST_PREDICT_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "frame_tty.h"

#define TRACE_AGAIN 2.0 /* round trips until what was lost is sent again, and is there */

enum kind { EV_KEY, EV_OUT, EV_TTY, EV_TAKEN };

struct event {
	double t;             /* a key is struck; what the host does reaches the client a round trip later */
	enum kind kind;
	bool secret, paste, placed, seen, late_named;
	size_t len;
	unsigned char *bytes;
	uint64_t offset;      /* of a key's first byte; of the output behind a piece of it */
	struct frame_tty tty;
	struct frame_taken taken;
	unsigned row, col;    /* where the key's character stands at last */
	double delay;
};

struct trace {
	char program[64];
	unsigned rows, cols;
	struct event *events;
	unsigned n_events;
};

/* Of 1000 packets each way LOSS are lost, and an answer is up to BUSY ms late, both chosen by SEED. */
struct trace_line {
	double rtt, busy;
	unsigned loss;
	uint64_t seed;
};

/* Reads one from standard input; ends the program if there is none. */
void trace_read(struct trace *t, const struct trace_line *over);

/* Room for one more behind the N things of SIZE at P. */
static inline void *
trace_more(void *p, unsigned n, size_t size)
{
	if (n & (n - 1))
		return p;
	p = realloc(p, (n ? n * 2 : 1) * size);
	if (!p)
		abort();
	return p;
}

#endif
