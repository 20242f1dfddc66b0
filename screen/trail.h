/* SPDX-License-Identifier: MIT */
/*
 * trail: how a row came about that has characters of doubtful width (flow.h).
 *
 * A model that counts columns in one way can't say what a terminal shows that counts in another, where text was placed
 * over shifted text, where a program went back over such a character and wrote there, or where a tab stop was behind
 * one.  But a terminal that gets the same operations in the same order shows the same.  So the model keeps them, from
 * the first doubtful character in a row on: texts, columns, relative motions, tabs, erasures.  A rendering says them
 * again (trail_render.h).
 *
 * What was in the row before is kept as cells, because terminals agree on it.  A trail ends when the row is erased; it
 * is dropped when it grows too long, and where something came that it does not hold: a wrap into or out of the row,
 * insert mode, ?2027, left and right margins, text at a place to which the cursor came from another shifted row.  A
 * change of the row that nobody says here is found when the trail is rendered: then it does not lead to the row's
 * cells, and the rendering goes by these, as it does without a trail.
 */
#ifndef HOLDFAST_SCREEN_TRAIL_H
#define HOLDFAST_SCREEN_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell.h"

struct row;
struct screen;

/* How many operations a trail has room for. */
#define TRAIL_MAX 512

enum trail_kind {
	TRAIL_COLUMN,  /* to column N */
	TRAIL_LEFT,
	TRAIL_RIGHT,
	TRAIL_TAB,
	TRAIL_BACKTAB,
	TRAIL_ERASE,   /* N characters */
	TRAIL_ERASE_END,
	TRAIL_ERASE_BEGIN,
	TRAIL_ERASE_ALL,
	TRAIL_INSERT,
	TRAIL_DELETE,
	TRAIL_MARK,    /* a shell's mark of kind N: row->marks has it */
};

/*
 * BASE cells that the row began with, and N operations behind them.  An operation is a character's cell, or CELL_TAIL
 * with a kind, the style of what it erases, and N where a cell has its link.
 */
struct trail {
	unsigned base, n, cap;
	cell word[];
};

static inline bool
trail_is_text(cell word)
{
	return !(word & CELL_TAIL);
}

static inline enum trail_kind
trail_kind(cell word)
{
	return (enum trail_kind)(word & 0xff);
}

static inline unsigned
trail_count(cell word)
{
	return cell_link(word);
}

/* Before text is written at the cursor in its row, which is odd.  DOUBTFUL: that text is. */
void trail_before(struct screen *s, bool doubtful);
/* The N cells at the cursor have been written. */
void trail_text(struct screen *s, unsigned n);
/* Before a mark, CODES then, joins the character at column X of the cursor's row; trail_joined is behind it. */
void trail_join(struct screen *s, unsigned x, const uint32_t *codes, unsigned n);
void trail_joined(struct screen *s, unsigned x);
/* Before the operation of KIND, N times, at the cursor. */
void trail_note(struct screen *s, enum trail_kind kind, unsigned n);
/* Whether the cursor is where the trail of its row ends. */
bool trail_leads(const struct screen *s);
void trail_drop(struct row *row);
/* Whether ROW, which is odd, is that no more, because all that made it so was written over. */
bool trail_settle(const struct screen *s, struct row *row);
size_t trail_memory(const struct row *row);

#endif
