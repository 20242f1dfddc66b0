/* SPDX-License-Identifier: MIT */
/*
 * patch: writes single cells to a terminal that shows the model, and the model's own cells in their place again.
 *
 * The terminal's pen and link are the model's before and behind a patch; its cursor is where the caller says.  A patch
 * needs a model without margins, origin mode, insert mode, a mapped character set, a pending wrap or an open sequence,
 * and rows in which terminals agree where characters stand (look.h): the caller sees to that, and that no patch writes
 * to the last column.  Rows and columns count from 0.
 */
#ifndef HOLDFAST_SCREEN_PATCH_H
#define HOLDFAST_SCREEN_PATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "out.h"
#include "screen.h"
#include "style.h"

struct patch {
	struct out out;
	const struct screen *s;
	unsigned row, col; /* where the terminal's cursor is */
	bool together, again;
	bool printed; /* a character may have come last */
};

/* The terminal's cursor is at ROW, COL. */
void patch_begin(struct patch *p, const struct screen *s, unsigned row, unsigned col, screen_put *put, void *to);
/* So that the terminal shows all at once what comes (?2026). */
void patch_together(struct patch *p);
/* The model's cells FROM to TO, not included, of ROW, which neither begin nor end within a wide character. */
void patch_restore(struct patch *p, unsigned row, unsigned from, unsigned to);
/* TEXT of LEN bytes, one character of WIDTH columns, in STYLE. */
void patch_write(struct patch *p, unsigned row, unsigned col, unsigned width, const char *text, size_t len,
                 const struct style *style);
/* One blank in STYLE: as one that was erased. */
void patch_erase(struct patch *p, unsigned row, unsigned col, const struct style *style);
/* Leaves the cursor at ROW, COL. */
void patch_move(struct patch *p, unsigned row, unsigned col);
/*
 * Leaves the cursor where the model has it, and the terminal such that a REP or a combining mark that comes next does
 * what it would have done without a patch.
 */
void patch_home(struct patch *p);
/* The pen and the link are the model's; all is written. */
void patch_end(struct patch *p);

/* The style of the model's cell at ROW, COL, or of the pen where that has none (outside of the screen). */
struct style patch_style(const struct screen *s, unsigned row, unsigned col);

#endif
