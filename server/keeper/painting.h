/* SPDX-License-Identifier: MIT */
/*
 * painting: when a session's painter is there, what it is told, and what happens when it fails.
 *
 * A model is the state of the terminal at an offset of the output.  There is a painter that has it, or it can be
 * made when it is needed: from a rendering that a painter left behind (blank at offset 0, to begin with), or, when
 * that is too old, as well as it goes from the ring's tail (adrift).
 *
 * While somebody is attached who can answer queries, the painter follows lazily: it is woken when most of the ring is
 * new.  While nobody is, it follows at once and answers.  Idle, it leaves a rendering behind and goes.
 *
 * Output that the painter has not eaten is not overwritten: for that the keeper stops reading the pty for
 * milliseconds, PAINTING_PATIENCE ticks at most without progress.  A painter that makes none, goes, or does not
 * keep to the protocol is lost: it is killed, and another one starts with what there is.
 */
#ifndef HOLDFAST_PAINTING_H
#define HOLDFAST_PAINTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paintproc.h"
#include "unanswered.h"

#define PAINTING_SIZES 32          /* remembered, so that a model can be made anew */
#define PAINTING_PATIENCE 10       /* ticks without progress */
#define PAINTING_FULL_TICK_MS 20   /* while the pty waits for it */
#define PAINTING_TICK_MS 50        /* while somebody waits for a rendering, or nobody for anything */

struct keeper;
struct loop;

struct painting_size {
	uint64_t offset;
	uint16_t rows, cols;
};

struct painting {
	struct paintproc proc;
	bool adrift;        /* no painter, and nothing to make the model from but the tail */
	bool lost;          /* a model has been lost, and nobody was told yet */
	unsigned failures;  /* since it last did well */
	uint64_t not_before; /* no new one is started before (clock_now_ms()) */

	uint64_t at, fed;   /* it has eaten up to there, has been told to */
	uint64_t seen;      /* AT when that last counted as progress */
	uint64_t reported;  /* the last query that it has reported */
	uint64_t past;      /* queries up to this were reported by painters that are lost */
	unsigned orders;    /* given to this one */

	/* Where a model can be made from: a rendering at an offset, and the sizes since. */
	uint64_t base;
	unsigned char *saved; /* NULL: blank */
	size_t saved_len;
	uint16_t base_rows, base_cols;
	struct painting_size sizes[PAINTING_SIZES];
	unsigned size_count;

	bool answering;     /* it is the painter's to answer queries … */
	uint64_t from;      /* … behind this */
	struct unanswered unanswered; /* and, should their terminal die, these */

	uint32_t serial;    /* of the last request */
	unsigned wanted;    /* requests that are open */
	uint64_t give_up_at; /* the oldest of them has taken too long; CLOCK_NEVER */
	uint32_t coming;    /* the request whose bytes come in; 0 */
	unsigned char *bytes;
	size_t len, total;
	unsigned string;    /* enum screen_string: in what the latest rendering ends */

	uint64_t tick_at;   /* CLOCK_NEVER: nothing is open */
	unsigned ticks;

	uint64_t park_at;   /* CLOCK_NEVER */
	unsigned park_ms;
	uint32_t park_serial;
	unsigned park_orders;
	uint64_t parked_ms; /* when it last was */

	uint32_t leave_serial;
	unsigned char *leave;
	size_t leave_len;
};

void painting_init(struct painting *p);
/* Ends the painter and frees everything. */
void painting_close(struct painting *p);
void painting_watch(struct keeper *k, struct loop *l);
/* At the end of each turn: whose it is to answer, what is due. */
void painting_turn(struct keeper *k);
/* Whether KEEPER_READ_MAX more bytes of output overwrite nothing that the painter still needs. */
bool painting_has_room(const struct keeper *k);
/* There is new output in the ring. */
void painting_output(struct keeper *k);
/* Another group is in front (k->front), as of the latest output. */
void painting_front_changed(struct keeper *k);
/* The terminals' common size is now K's. */
void painting_size(struct keeper *k);
/* Somebody has come, gone, or been set aside: queries from here on may be for somebody else to answer. */
void painting_attend(struct keeper *k);
/*
 * Asks for a rendering of the model as it is now, for a terminal of this size.  LINE may be NULL; FLAGS: PAINT_*.
 * The request's number: show_rendered or show_lost follows.  0: there is no painter to be had.
 */
uint32_t painting_request(struct keeper *k, unsigned rows, unsigned cols, unsigned flags, const char *line);
/*
 * What leaves a terminal clean that shows the session, in *BYTES (the caller's to free): 0, or a negative errno
 * when the painter does not say so in LEAVE_MS.
 */
int painting_leave(struct keeper *k, unsigned char **bytes, size_t *len);

#endif
