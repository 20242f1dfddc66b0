/* SPDX-License-Identifier: MIT */
/* lesson: what the answer to a key teaches of the program: what moves, which places show what is typed (habit.h). */
#ifndef HOLDFAST_PREDICT_LESSON_H
#define HOLDFAST_PREDICT_LESSON_H

#include <stdbool.h>

#include "guess_state.h"

/* The base's cell has the text that S leaves there. */
bool lesson_has_text(const struct screen *base, const struct sent *s);
/* S, the first key, has been answered: what happened right of the cursor.  Where what was typed ends; 0: not known. */
unsigned lesson_moves(struct guess *g, const struct screen *base, const struct sent *s);
/* S is confirmed; FIRST: it is the first key, so g->before is the row before it. */
void lesson_right(struct guess *g, const struct screen *base, const struct sent *s, bool first);
/* S was predicted, and the base is not as it said. */
void lesson_wrong(struct guess *g, const struct screen *base, const struct sent *s);
/*
 * The first N keys are dropped together, and one behind S has ended the line: the output of both came at once, and may
 * have scrolled.  Whether the character of S came back, in the row that was the anchor's.
 */
bool lesson_came(const struct guess *g, const struct screen *base, const struct sent *s, unsigned n);

#endif
