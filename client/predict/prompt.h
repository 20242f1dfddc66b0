/* SPDX-License-Identifier: MIT */
/*
 * prompt: recognises a place at which the person types: by what stands left of the cursor, or by an editor that says
 * that it inserts.
 */
#ifndef HOLDFAST_PREDICT_PROMPT_H
#define HOLDFAST_PREDICT_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "screen.h"

/*
 * A number for the text of ROW left of COL: numbers in it count as one another, and so do paths, which change in a
 * shell's prompt.  0: it is no prompt (blank, on the alternate screen, or a row that goes on from the one above), or it
 * may ask for a secret.
 */
uint32_t prompt_hash(const struct screen *base, unsigned row, unsigned col);
/*
 * Whether what stands left of COL in ROW, and in the rows above that go on in it, may ask for a secret: on any screen,
 * whatever program is in front.  So does what is too long to be looked at, but no row that ends in "$ ", "# " or "% ".
 */
bool prompt_asks(const struct screen *base, unsigned row, unsigned col);
/* Whether a program may write TEXT in place of each character of a secret: a star, a dot, an x … */
bool prompt_masks(const char *text, unsigned len);
/*
 * What the screen says of the mode that a program is in: PROMPT_LINES on the main screen, PROMPT_FULL on the alternate
 * one, PROMPT_COMMAND in vi's command line, and another number for each mode of vi's that its last row names
 * ("-- INSERT --", in any language).
 */
enum { PROMPT_LINES, PROMPT_FULL, PROMPT_COMMAND, PROMPT_MODE };
uint32_t prompt_screen(const struct screen *base, const char *program);
/*
 * Whether PROGRAM is an editor that takes what is typed as text, at the cursor: vi with such a last row, and nano, each
 * with the cursor above the rows in which they ask; or vi's command line.
 */
bool prompt_is_text(const struct screen *base, const char *program);

#endif
