/* SPDX-License-Identifier: MIT */
/*
 * when: on which lines keys are shown before the host has answered, and whether what it has not confirmed is
 * underlined.  Times are milliseconds of any clock that does not go back; 0 is no time.
 */
#ifndef HOLDFAST_PREDICT_WHEN_H
#define HOLDFAST_PREDICT_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#define WHEN_SHOWN_MS 30u      /* from this round trip on keys are shown early, … */
#define WHEN_HIDDEN_MS 25u     /* … and below this one no longer */
#define WHEN_UNDERLINED_MS 80u /* the same of the underline */
#define WHEN_PLAIN_MS 50u
#define WHEN_KEPT_MS 600000u   /* a fast line on which the host once owed an answer is followed for so long, … */
#define WHEN_NOTED_MS 5000u    /* … or where what is missed is noted (recall.h) */

/* All zero: adaptive, nothing known. */
struct when {
	bool always;
	bool noted;        /* what is missed while the line is not followed is noted */
	bool slow, slower; /* the round trip is one for showing, for underlining */
	uint64_t owed;     /* the host owed an answer for longer than WHEN_SHOWN_MS then */
};

/* What is known of the line. */
struct when_line {
	uint32_t rtt;      /* smoothed; 0: unknown */
	uint64_t owed;     /* since when the host owes the answer to a key; 0: it does not */
	bool away;         /* the host is away */
};

/* Takes in what is known at NOW. */
void when_look(struct when *w, const struct when_line *l, uint64_t now);
/* Whether the host's output is to be followed, so that keys can be shown. */
bool when_follows(const struct when *w, uint64_t now);
/* Whether keys are shown now, and whether with the underline. */
bool when_shows(const struct when *w, const struct when_line *l, uint64_t now);
bool when_underlines(const struct when *w, const struct when_line *l, uint64_t now);
/* When one of these changes if the host goes on to owe its answer; UINT64_MAX: never. */
uint64_t when_due(const struct when *w, const struct when_line *l, uint64_t now);

#endif
