/* SPDX-License-Identifier: MIT */
/* row: one row of cells. */
#ifndef HOLDFAST_SCREEN_ROW_H
#define HOLDFAST_SCREEN_ROW_H

#include "cell.h"

struct row;

/* An empty row; NULL: no memory. */
struct row *row_new(unsigned cols);
void row_free(struct row *row);
/* Fills the cells from FROM up to, not including, TO. */
void row_fill(struct row *row, unsigned from, unsigned to, cell c);
/* Cuts a wide character in two that stands both left of X and at X: both halves are made BLANK. */
void row_split(struct row *row, unsigned cols, unsigned x, cell blank);
/* The number of cells up to the last one that is not 0. */
unsigned row_used(const struct row *row);
/* ROW will be written to up to, not including, TO. */
void row_extend(struct row *row, unsigned to);

#endif
