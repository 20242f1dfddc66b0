/* SPDX-License-Identifier: MIT */
/* render_rows: rows and lines of a rendering (screen_render). */
#ifndef HOLDFAST_SCREEN_RENDER_ROWS_H
#define HOLDFAST_SCREEN_RENDER_ROWS_H

#include <stdbool.h>

#include "out.h"

/*
 * Writes the scrollback (unless O excludes it) and the primary screen as one stream of lines from the top left corner
 * of an empty screen; lines above the last rows scroll off.
 */
void render_stream(struct out *out, const struct screen *s, const struct screen_render_options *o);
/* The alternate screen, row by row, onto an empty one. */
void render_alternate(struct out *out, const struct screen *s);

#endif
