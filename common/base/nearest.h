/* SPDX-License-Identifier: MIT */
/*
 * nearest: which of some words a mistyped one is closest to, for "did you mean".
 *
 * The distance is the number of letters that are missing, too many, wrong, or swapped with their neighbour; upper and
 * lower case are the same.  A word is near at a distance of a third of its letters, 1 at least and 3 at most, or if
 * one is the beginning of the other, in at least 3 letters.
 */
#ifndef HOLDFAST_NEAREST_H
#define HOLDFAST_NEAREST_H

#define NEAREST_WORD_MAX 40 /* of longer words nothing is near */
#define NEAREST_HINT_CAP 80

struct nearest {
	const char *word;                /* borrowed */
	char best[NEAREST_WORD_MAX + 1]; /* "": none yet */
	unsigned distance;
};

void nearest_begin(struct nearest *n, const char *word);
/* Offers a word, which is copied; of two at the same distance the first one stays. */
void nearest_offer(struct nearest *n, const char *candidate);
/* The nearest of those, NULL: none is near enough. */
const char *nearest_found(const struct nearest *n);
/* "; did you mean \"attach\"?", or "" if none is near enough. */
void nearest_hint(const struct nearest *n, char hint[NEAREST_HINT_CAP]);

#endif
