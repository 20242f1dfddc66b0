/* SPDX-License-Identifier: MIT */
/* grid: rows of cells, and moving them. */
#ifndef HOLDFAST_SCREEN_GRID_H
#define HOLDFAST_SCREEN_GRID_H

#include <stdbool.h>

#include "cell.h"

struct screen;
struct row;

/* One empty row, or ROWS of them; NULL: no memory. */
struct row *row_new(unsigned cols);
struct row **grid_new(unsigned rows, unsigned cols);
void grid_free(struct row **grid, unsigned rows);

/* A cell of nothing but the pen's background. */
cell grid_blank(struct screen *s);
/* Fills the cells from FROM up to, not including, TO. */
void row_fill(struct row *row, unsigned from, unsigned to, cell c);
/* Cuts a wide character in two that stands both left of X and at X: both halves are made BLANK. */
void row_split(struct row *row, unsigned cols, unsigned x, cell blank);
/* The number of cells up to the last one that is not 0. */
unsigned row_used(const struct row *row);
/* ROW will be written to up to, not including, TO. */
void row_extend(struct row *row, unsigned to);

enum grid_going {
	GRID_DROP,  /* what goes off the top is gone */
	GRID_KEEP,  /* it goes to the scrollback, from the top of the primary screen */
	GRID_WRAP,  /* the same, and the new row goes on with the last one */
};

/* Moves rows TOP to BOTTOM by N within the columns of the margins; new ones are blank. */
void grid_up(struct screen *s, unsigned top, unsigned bottom, unsigned n, enum grid_going going);
void grid_down(struct screen *s, unsigned top, unsigned bottom, unsigned n);
/* The same for the columns LEFT to RIGHT of the rows TOP to BOTTOM. */
void grid_left(struct screen *s, unsigned top, unsigned bottom, unsigned left, unsigned right, unsigned n);
void grid_right(struct screen *s, unsigned top, unsigned bottom, unsigned left, unsigned right, unsigned n);
/* Erases whole rows. */
void grid_erase(struct screen *s, unsigned top, unsigned bottom);

/* Keeps the invariants of model.h after the rows have changed under the cursor or at the top. */
void grid_settle(struct screen *s);

#endif
