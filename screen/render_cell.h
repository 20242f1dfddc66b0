/* SPDX-License-Identifier: MIT */
/* render_cell: single characters of a rendering, and motions within a row. */
#ifndef HOLDFAST_SCREEN_RENDER_CELL_H
#define HOLDFAST_SCREEN_RENDER_CELL_H

#include <stdbool.h>

#include "cell.h"
#include "out.h"

struct row;

/* The N code points of one character of COLUMNS columns; by ?2027, if it comes about only so. */
void render_codes(struct out *out, const uint32_t *codes, unsigned n, unsigned columns);
/* The character at column X of ROW, in its style; its width. */
unsigned render_character(struct out *out, const struct screen *s, const struct row *row, unsigned x);
/* The same, while ?2027 is as it was when that character was printed. */
unsigned render_again(struct out *out, const struct screen *s, const struct row *row, unsigned x);
/* CUF, and ECH. */
void render_forward(struct out *out, unsigned n);
void render_erase(struct out *out, unsigned n);
/* To column X (from 0) of this row, wherever a terminal shows the cursor now. */
void render_column(struct out *out, unsigned x);
/* Whether the terminal takes a rendering as the model needs it; else its rows come from render_basic.h. */
bool render_is_whole(const struct out *out);
/* The same of the character in C. */
unsigned render_word(struct out *out, const struct screen *s, cell c);
/*
 * Paints the cells FROM to TO, not included, at CELLS, whose places terminals agree on; the cursor is at column AT;
 * where it comes to.
 */
unsigned render_cells(struct out *out, const struct screen *s, const cell *cells, unsigned from, unsigned to,
                      unsigned at);
/* Tells a model what no terminal needs: the value of screen.shift. */
void render_shift(struct out *out, unsigned shift);

#endif
