/* SPDX-License-Identifier: MIT */
/* shown: compares a model that got predictions with the base: the same but for what was predicted. */
#ifndef HOLDFAST_PREDICT_SHOWN_H
#define HOLDFAST_PREDICT_SHOWN_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "overlay.h"
#include "patch.h"
#include "style.h"

static inline bool
shown_same_cell(const struct screen *a, const struct screen *b, unsigned row, unsigned col)
{
	struct look_cell x, y;
	struct style p = patch_style(a, row, col), q = patch_style(b, row, col);

	look_cell(a, row, col, &x);
	look_cell(b, row, col, &y);
	return x.width == y.width && x.len == y.len && memcmp(x.text, y.text, x.len) == 0 && x.written == y.written &&
	       style_equal(&p, &q);
}

/* Whether a cell of WANT, or the other half of a wide character that it halves, is at ROW, COL. */
static inline bool
shown_predicted(const struct overlay_want *want, unsigned row, unsigned col)
{
	for (unsigned i = 0; i < want->n; i++) {
		const struct overlay_cell *c = &want->cells[i];

		if (c->row == row && col + 1 >= c->col && col <= c->col + (c->width == 2 ? 2u : 1u))
			return true;
	}
	return false;
}

/* Whether cell I of WANT is seen in TERMINAL, unless it may not, or a later one is over it. */
static inline bool
shown_cell(const struct screen *base, const struct screen *terminal, const struct overlay_want *want, unsigned i)
{
	const struct overlay_cell *c = &want->cells[i];
	struct look_cell look;

	for (unsigned k = i + 1; k < want->n; k++)
		if (want->cells[k].row == c->row && want->cells[k].col + 1u >= c->col &&
		    want->cells[k].col <= c->col + 1u)
			return true;
	if (c->width > 2 || c->len > OVERLAY_TEXT || !overlay_may_row(base, c->row) ||
	    !overlay_may_cell(base, c->row, c->col, c->width) ||
	    (c->width && !look_is_one(c->text, c->len, c->width)))
		return true;
	look_cell(terminal, c->row, c->col, &look);
	return look.len == (c->width ? c->len : 0) && memcmp(look.text, c->text, look.len) == 0 &&
	       look.width == (c->width ? c->width : 1);
}

/* Whether TERMINAL shows BASE and over it WANT; WHY: what does not. */
static inline bool
shown(const struct screen *base, const struct screen *terminal, const struct overlay_want *want, char *why, size_t cap)
{
	struct look_cursor a, b;

	if (!overlay_may(base))
		return screen_equal(base, terminal, why, cap);
	for (unsigned row = 0; row < screen_rows(base); row++)
		for (unsigned col = 0; col < screen_cols(base); col++)
			if (!shown_same_cell(base, terminal, row, col) && !shown_predicted(want, row, col)) {
				snprintf(why, cap, "row %u, column %u: not predicted, and not the base's", row, col);
				return false;
			}
	for (unsigned i = 0; i < want->n; i++)
		if (!shown_cell(base, terminal, want, i)) {
			snprintf(why, cap, "row %u, column %u: predicted, and not seen", want->cells[i].row,
			         want->cells[i].col);
			return false;
		}
	look_cursor(base, &a);
	look_cursor(terminal, &b);
	if (want->cursor && overlay_may_row(base, want->row) && want->col < screen_cols(base))
		a = (struct look_cursor){ .row = want->row, .col = want->col };
	if (a.row == b.row && a.col == b.col && !b.pending)
		return true;
	snprintf(why, cap, "cursor: %u, %u, not %u, %u", b.row, b.col, a.row, a.col);
	return false;
}

#endif
