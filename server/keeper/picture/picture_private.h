/* SPDX-License-Identifier: MIT */
/* picture_private: the keeper's knowledge of its painter and of the painter's model. */
#ifndef HOLDFAST_PICTURE_PRIVATE_H
#define HOLDFAST_PICTURE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answers_kept.h"
#include "asked.h"
#include "painter_process.h"
#include "picture_prints.h"

#define PICTURE_PARK_MS 500       /* idle for so long, a painter leaves */
#define PICTURE_PARK_MS_MAX 60000 /* and longer, when it has to come back soon each time */
#define PICTURE_SIZES 32          /* remembered, so that a model can be made anew */
#define PICTURE_PATIENCE 10       /* ticks without progress */
#define PICTURE_FULL_TICK_MS 20   /* while the pty waits for it */
#define PICTURE_TICK_MS 50        /* else */
#define PICTURE_ORDER_MS 5000     /* for a rendering to be counted, and for it to come then */
#define PICTURE_NO_PRINT_MS 600000 /* when a print with the scrollback has cost a painter */

struct keeper;

struct picture_size {
	uint64_t offset;
	uint16_t rows, cols;
};

/* The results of requests (picture_request). */
struct picture_events {
	/* The rendering that was asked for by SERIAL, taken over. */
	void (*rendered)(struct keeper *k, uint32_t serial, unsigned char *bytes, size_t len);
	/* The painter is lost, with all that was asked of it. */
	void (*lost)(struct keeper *k);
};

struct picture {
	const struct picture_events *events;
	struct painter_process proc;
	bool none;          /* there can be no painter here (painter_can_be_confined) */
	bool adrift;        /* no painter, and nothing to make the model from but the tail */
	bool lost;          /* a model has been lost, and no line has said so yet */
	unsigned failures;  /* since it last did well */
	uint64_t not_before; /* no new one is started before (clock_now_ms()) */

	uint64_t at, fed;   /* it has eaten up to there, has been told to */
	uint64_t seen;      /* AT when that last counted as progress */
	uint64_t reported;  /* the last query that it has reported */
	uint64_t past;      /* queries up to this were reported by painters that are lost */
	unsigned orders;    /* given to this one */

	/* Where a model can be made from: a rendering at an offset, and the sizes since. */
	uint64_t base;
	unsigned char *saved; /* malloc'ed; NULL: blank, or in the session's memory (vital.h) … */
	size_t saved_len;     /* 0: blank */
	unsigned saved_in;    /* … in this one of its two places */
	bool saved_stale;     /* the rendering in the other place is not needed any more, once the facts say so */
	uint16_t base_rows, base_cols;
	struct picture_size sizes[PICTURE_SIZES];
	unsigned size_count;

	bool answering;     /* it is the painter's to answer queries … */
	uint64_t from;      /* … behind this */
	struct answers_kept kept; /* and, should their terminal die, these … */
	struct asked asked; /* … that are not too late */

	bool turned;        /* this painter has had an order with PAINT_TURNED, and may answer it */
	uint32_t serial;    /* of the last request */
	unsigned wanted;    /* requests that are open */
	uint64_t give_up_at; /* the painter has been at one of them for too long; CLOCK_NEVER */
	uint32_t coming;    /* the request whose bytes come in; 0 */
	unsigned char *bytes;
	size_t len, total;
	unsigned string;    /* enum screen_string: the latest rendering ends in it */

	uint64_t tick_at;   /* CLOCK_NEVER: nothing is open */
	unsigned ticks;

	uint64_t park_at;   /* CLOCK_NEVER */
	unsigned park_ms;
	uint32_t park_serial;
	unsigned park_orders;
	uint64_t parked_ms; /* when it last was */
	bool leaving;       /* picture_let_go(): it goes although there is new output … */
	uint64_t park_offset; /* … behind this */
	unsigned park_sizes;  /* size_count then */

	struct picture_print print;
	uint64_t long_prints_at; /* clock_now_ms(): before, none with the scrollback: one has taken too long */

	uint32_t leave_serial;
	unsigned char *leave;
	size_t leave_len;
};

#endif
