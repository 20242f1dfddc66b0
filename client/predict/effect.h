/* SPDX-License-Identifier: MIT */
/*
 * effect: what one key does to the row that is typed in: the kernel's echo exactly, else as programs edit a line.
 *
 * A place knows the columns between which the person types: programs do not move left of START, nor right of END.  What
 * stands behind END (an autosuggestion, a prompt on the right) is not moved, unless the program was seen to move it.
 */
#ifndef HOLDFAST_PREDICT_EFFECT_H
#define HOLDFAST_PREDICT_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "habit.h"
#include "sketch.h"
#include "strokes.h"

#define EFFECT_ECHO 64 /* a longer echo is not predicted */

struct place { unsigned row, col, start, end; };

/* A key that is on its way. */
struct sent {
	struct key key;
	uint64_t end;         /* its end in the stream of input */
	uint64_t epoch;
	bool dead;            /* is never predicted: typed without echo, or in a paste */
	bool counted;         /* as shown */
	bool kernel;          /* the kernel's echo, ECHO; ECHO_N may be 0 */
	uint8_t echo_n;
	unsigned char echo[EFFECT_ECHO];

	/* Its prediction, made anew whenever the base changes. */
	bool predicted;
	struct place after;
	bool classed;         /* CLASS must have been right before this is shown */
	enum habit_class class;
	bool doubted;         /* it was a command before; it is not shown */
	bool check;           /* the cell at CHECK_COL has TEXT then */
	unsigned check_col;
	uint8_t text_len;
	char text[OVERLAY_TEXT];
	bool fresh;           /* it had another one before */
};

/* Whether S changes the line, or moves in it, and neither ends it nor does what is not known. */
static inline bool
sent_is_edit(const struct sent *s)
{
	return !s->dead && s->key.kind <= KEY_CHANGE && s->key.kind != KEY_ODD;
}

/* What moves when a character comes or goes: as learned, or one for a trial. */
enum effect_move { EFFECT_LEARNED, EFFECT_NONE, EFFECT_TO_END, EFFECT_ROW };

/*
 * Does the key to IM and P, and notes in S what is to be seen then; false: that can't be predicted, and IM and P are of
 * no use any more.  LIKE: the column whose look typed characters get, or that they have there if it is EFFECT_OWN.
 */
#define EFFECT_OWN UINT32_MAX
bool effect_of(struct sent *s, struct sketch *im, struct place *p, const struct habit *h, enum effect_move move,
    unsigned like);

#endif
