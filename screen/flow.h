/* SPDX-License-Identifier: MIT */
/*
 * flow: rows with characters that terminals show in different numbers of columns (WIDTH_DOUBTFUL), as a rendering
 * writes them.
 *
 * The model counts columns as wcwidth(3) does, and so do programs.  In a terminal that shows an emoji wider or
 * narrower, all that is printed behind it stands elsewhere, and so does the cursor, until the program says a column
 * (CR, CHA, CUP, a tab, an edge that stops a motion).  The model keeps which of both it was:
 *
 * - screen.shift is not 0 while the cursor is shifted: it came to its column from doubtful characters by printing and
 *   by relative motions alone.  The number is 1 and the column behind the last of these characters.
 * - CELL_SHIFTED is in the cells that were written then.
 *
 * A rendering prints shifted cells one after the other, with relative motions over gaps, and says the column of any
 * other cell behind doubtful ones.  So each terminal shows what it would have shown, had it never been left.
 * The cursor comes to its place in the same way: over its row's text, which is printed once more.
 *
 * Where a cell is shifted although no doubtful one is before it any more, no terminal can be put into the same state; a
 * model is told by a sequence of its own (CSI > shift ! h).
 */
#ifndef HOLDFAST_SCREEN_FLOW_H
#define HOLDFAST_SCREEN_FLOW_H

#include <stdbool.h>

#include "out.h"

struct row;

/* Whether any of the characters in the cell at X of ROW is doubtful. */
bool flow_doubtful(const struct screen *s, const struct row *row, unsigned x);
/* Whether there are doubtful characters in ROW, or cells to which the cursor came from one. */
bool flow_is_shifted(const struct screen *s, const struct row *row);
/*
 * Paints the blanks of ROW, of N columns, that stand directly behind shifted text, below that text too: a terminal that
 * shows the text narrower shows them there.  The cursor is in the row; whether there were any.  Then flow_paint leaves
 * them out, if out.underlaid is set.
 */
bool flow_underlay(struct out *out, const struct screen *s, const struct row *row, unsigned n);
/*
 * Paints the cells FROM to TO, not included, of ROW, which is odd; the cursor is at column AT; where it comes to.  ON:
 * more comes, to which the cursor leads from there.
 */
unsigned flow_paint(struct out *out, const struct screen *s, const struct row *row, unsigned from, unsigned to,
                    unsigned at, bool on);
/*
 * Moves the cursor to column X of row Y of GRID, which is painted: if LEADS, by the text that leads, shifted, to column
 * LEAD of that row.  SHIFT: screen.shift, or FLOW_ANY for any that is not 0.  Programs count from ORIGIN_X, ORIGIN_Y.
 */
#define FLOW_ANY 0xffffffffu
struct flow_place {
	struct row *const *grid;
	unsigned x, y, lead, shift;
	bool leads;
	bool over; /* what is printed next may be what goes on to the next row */
	unsigned origin_x, origin_y;
	bool stays; /* the cursor is in row Y already, whichever that is for the terminal */
};
void flow_arrive(struct out *out, const struct screen *s, const struct flow_place *to);
/* The column where the cluster (graphemes.h) begins that the character at column X of ROW belongs to. */
unsigned flow_cluster(const struct screen *s, const struct row *row, unsigned x);

#endif
