/* SPDX-License-Identifier: MIT */
/*
 * sketch: one row of the base as predicted keys make it.  What a program or the kernel writes there is done here with
 * the rules of a terminal: a wide character that is half overwritten is gone.  The last column is never reached: what
 * comes there wraps, or does not, as the terminal likes.
 */
#ifndef HOLDFAST_PREDICT_SKETCH_H
#define HOLDFAST_PREDICT_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "overlay.h"
#include "screen.h"

struct sketch_cell {
	uint8_t width;       /* 1; of a wide character 2 and, behind it, 0 */
	uint8_t len;         /* of TEXT; 0: blank, or the second column */
	bool strange;        /* not to be moved: its text is not known, or terminals do not agree on it */
	uint16_t like;       /* the column of the base whose look it has */
	uint64_t style;      /* as the base had it when it was loaded; two of one loading may be compared */
	char text[OVERLAY_TEXT];
};

struct sketch {
	unsigned row, cols;
	unsigned used;       /* the columns up to the last one that has text */
	struct sketch_cell cell[SCREEN_COLS_MAX];
};

void sketch_load(struct sketch *im, const struct screen *base, unsigned row);
/* A row of no columns. */
void sketch_clear(struct sketch *im);
void sketch_copy(struct sketch *to, const struct sketch *from);
/* Writes a character at COL, over what is there; false: there is no room before the last column. */
bool sketch_put(struct sketch *im, unsigned col, const char *text, unsigned len, unsigned width, unsigned like);
/* TEXT joins the character that ends before COL; false: it can't. */
bool sketch_join(struct sketch *im, unsigned col, const char *text, unsigned len);
/* Makes room for WIDTH columns at COL: the columns up to END move right; false: there is no room, or one is strange. */
bool sketch_open(struct sketch *im, unsigned col, unsigned end, unsigned width);
/* Takes the WIDTH columns at COL away: those behind them, up to END, move left, and blanks come in; false: as above. */
bool sketch_close(struct sketch *im, unsigned col, unsigned end, unsigned width);
/*
 * The column at which a window ends that FROM is in: that of the next line of a box (tmux's panes, mc's panels, vim's
 * windows), or the end of the row.
 */
unsigned sketch_edge(const struct sketch *im, unsigned from);
/* The first column of the character that ends before COL; COL: there is none that we may touch. */
unsigned sketch_before(const struct sketch *im, unsigned col);
/* The columns of the character at COL. */
unsigned sketch_width(const struct sketch *im, unsigned col);
/* Whether IM shows the same text at COL as the BASE does in its row; a blank is as good as nothing.  False: one of them
 * does not have that place. */
bool sketch_same(const struct sketch *im, const struct screen *base, unsigned col);
/* The same, of another ROW of the base. */
bool sketch_same_in(const struct sketch *im, const struct screen *base, unsigned row, unsigned col);
/* Whether the base has another look at COL than when IM was loaded, as far as its neighbours tell. */
bool sketch_looks_new(const struct sketch *im, const struct screen *base, unsigned col);
/* Puts the cells that differ from the base's row at CELLS, which has room for MAX; how many there are. */
unsigned sketch_cells(const struct sketch *im, const struct screen *base, struct overlay_cell *cells, unsigned max);

#endif
