/* SPDX-License-Identifier: MIT */
/* overlay_want: what is to be seen over the base (overlay.h).  Rows and columns count from 0. */
#ifndef HOLDFAST_PREDICT_OVERLAY_WANT_H
#define HOLDFAST_PREDICT_OVERLAY_WANT_H

#include <stdbool.h>
#include <stdint.h>

#define OVERLAY_CELLS 512 /* at most so many predicted cells; of a wish for more, none is shown */
#define OVERLAY_TEXT 32   /* bytes of UTF-8 of one cell: a character and what combines with it */

struct overlay_cell {
	uint16_t row, col;
	uint8_t width;               /* 1 or 2; 0: an erased cell */
	uint8_t len;                 /* of TEXT */
	bool unconfirmed;            /* may be underlined */
	uint16_t like_row, like_col; /* the cell of the base whose style it takes */
	char text[OVERLAY_TEXT];
};

/* What is to be seen; CURSOR: the cursor is shown at ROW, COL, else where the base has it. */
struct overlay_want {
	unsigned n;
	const struct overlay_cell *cells;
	bool cursor;
	uint16_t row, col;
};

#endif
