/* SPDX-License-Identifier: MIT */
/* render_state: the part of a rendering besides text: modes, margins, cursor, pen, keys, titles, colours. */
#ifndef HOLDFAST_SCREEN_RENDER_STATE_H
#define HOLDFAST_SCREEN_RENDER_STATE_H

#include <stdbool.h>

#include "out.h"

struct row;
struct saved;

/* Leaves the alternate screen, if the terminal has one. */
void render_to_main(struct out *out);
/* ASCII in all of the terminal's charsets, and G0 in use. */
void render_no_charsets(struct out *out);
/* What XTSAVE has kept, and the level of DECSCL; leaves modes for render_reset to reset, and the cursor anywhere. */
void render_kept(struct out *out, const struct screen *s);
/* All modes as in a terminal that was just started, as far as the terminal has them; the cursor moves. */
void render_reset(struct out *out);
void render_tabs(struct out *out, const struct screen *s);
void render_kitty(struct out *out, const struct screen *s, bool alternate);
/* Cursor, pen, character sets and origin mode as SAVED says, ready to be saved. */
void render_saved(struct out *out, const struct screen *s, const struct saved *saved, struct row *const *grid);
/* Margins, cursor, pen, modes, titles, colours. */
void render_state(struct out *out, const struct screen *s);

#endif
