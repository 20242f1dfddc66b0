/* SPDX-License-Identifier: MIT */
/*
 * asked: to which queries in the output a program may still wait for an answer, when the terminal that had to answer
 * has gone.
 *
 * A program that has read input since it asked has taken that for the answer, and one that has waited for a second has
 * gone on without one: to either an answer is keys that nobody has typed.  The keeper does not look for queries.  It
 * knows how old its output is, to an eighth of a second, and whether the program has read what was typed: it asks
 * the pty (TIOCINQ) at the output that follows input, until all of that has been read.
 */
#ifndef HOLDFAST_ASKED_H
#define HOLDFAST_ASKED_H

#include <stdint.h>

#define ASKED_MS 1000
#define ASKED_STEP_MS (ASKED_MS / 8)
#define ASKED_MARKS 16 /* of a second at least: two of them within a step are followed by a pause */

struct keeper;

struct asked {
	struct {
		uint64_t ms, at; /* output before AT was there at MS (clock_now_ms()) */
	} mark[ASKED_MARKS];     /* a ring: the newest is before NEXT */
	unsigned next;
	uint64_t last_ms;        /* of the latest output */
	uint64_t read;           /* since the output before this the program has read input */
};

/* Nothing is known of the output before now, but that it was there. */
void asked_begin(struct asked *a);
/* Output from BEFORE to the ring's head has just been read. */
void asked_output(struct asked *a, struct keeper *k, uint64_t before);
/* Queries that end at this offset of the output or before it are not answered any more. */
uint64_t asked_over(struct asked *a, struct keeper *k);

#endif
