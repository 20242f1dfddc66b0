/* SPDX-License-Identifier: MIT */
/*
 * render_basic: rows and lines of a rendering for a terminal that is not like xterm, or not one of UTF-8: with no
 * more than text, SGR, the positions of ECMA-48, and what the terminal is known to take (out_can).
 *
 * The rows look as they do in the model, without a shell's marks.  A line that was wrapped goes on where it did if the
 * terminal wraps by itself.
 */
#ifndef HOLDFAST_SCREEN_RENDER_BASIC_H
#define HOLDFAST_SCREEN_RENDER_BASIC_H

#include "out.h"

/* As render_stream() and render_alternate() (render_rows.h). */
void render_basic_stream(struct out *out, const struct screen *s, const struct screen_render_options *o);
void render_basic_alternate(struct out *out, const struct screen *s);
/* The character at column X of ROW. */
struct row;
void render_basic_character(struct out *out, const struct screen *s, const struct row *row, unsigned x);
/* The text of the screen up to the cursor, and nothing else: for a terminal that takes no sequences. */
void render_text(struct out *out, const struct screen *s, const struct screen_render_options *o);

#endif
