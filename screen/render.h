/* SPDX-License-Identifier: MIT */
/* render: the parts of a rendering (screen_render), in render_rows.c and render_state.c. */
#ifndef HOLDFAST_SCREEN_RENDER_H
#define HOLDFAST_SCREEN_RENDER_H

#include <stdbool.h>

#include "out.h"

struct row;
struct saved;

/*
 * The scrollback, unless O says without, and the primary screen, as one stream of lines from the top left corner of
 * an empty screen on: what is above the last rows scrolls off.
 */
void render_stream(struct out *out, const struct screen *s, const struct screen_render_options *o);
/* The alternate screen, row by row, onto an empty one. */
void render_alternate(struct out *out, const struct screen *s);
/* The character at column X of ROW, in its style; its width. */
unsigned render_character(struct out *out, const struct screen *s, const struct row *row, unsigned x);

/* All modes as in a terminal that was just started; the cursor goes to the top left corner. */
void render_reset(struct out *out);
void render_tabs(struct out *out, const struct screen *s);
void render_kitty(struct out *out, const struct screen *s, bool alternate);
/* Cursor, pen, character sets and origin mode as SAVED says, ready to be saved. */
void render_saved(struct out *out, const struct saved *saved);
/* Margins, cursor, pen, modes, titles, colours. */
void render_state(struct out *out, const struct screen *s);

#endif
