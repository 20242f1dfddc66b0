/* SPDX-License-Identifier: MIT */
/* grid: the rows of a screen, and moving them. */
#ifndef HOLDFAST_SCREEN_GRID_H
#define HOLDFAST_SCREEN_GRID_H

#include <stdbool.h>

#include "cell.h"

struct screen;
struct row;

/* ROWS empty rows; NULL: no memory. */
struct row **grid_new(unsigned rows, unsigned cols);
void grid_free(struct row **grid, unsigned rows);

/* A cell of nothing but the pen's background. */
cell grid_blank(struct screen *s);
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
