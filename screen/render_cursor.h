/* SPDX-License-Identifier: MIT */
/* render_cursor: where a rendering leaves the cursor, and the margins that its position counts from. */
#ifndef HOLDFAST_SCREEN_RENDER_CURSOR_H
#define HOLDFAST_SCREEN_RENDER_CURSOR_H

#include "out.h"

struct screen;

/* The text before the cursor that is printed once more, as the last of all: the columns FROM to TO. */
struct render_last {
	unsigned from, to;
};

/*
 * A character, or while a wrap is pending the one under the cursor; with what is before it in the same cluster, which
 * terminals may show as one.
 */
struct render_last render_last(const struct out *out, const struct screen *s);
void render_margins(struct out *out, const struct screen *s);
/*
 * The cursor.  The character before it is printed once more where that matters: now for a pending wrap, or by
 * render_repeatable so that it can be repeated (REP).
 */
void render_cursor(struct out *out, const struct screen *s);
/* The character before the cursor, as the last of all. */
void render_repeatable(struct out *out, const struct screen *s);

#endif
