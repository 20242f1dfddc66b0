/* SPDX-License-Identifier: MIT */
#include "overlay_rows.h"

#include <string.h>

#include "look.h"
#include "overlay_state.h"
#include "patch.h"

/* What stands in a column: of the base, of a predicted cell, or the blank beside one that halves a wide character. */
enum kind { BASE, HEAD, TAIL, BLANK };

struct spot {
	uint8_t kind;   /* enum kind */
	uint16_t which; /* of HEAD and TAIL: the cell */
};

/* A row on its way from NOW to NEXT; only the columns FROM to TO, not included, matter. */
struct way {
	const struct screen *base;
	const struct drawn_list *now, *next;
	unsigned row, from, to;
	bool dirty[SCREEN_COLS_MAX + 1];
	uint8_t width[SCREEN_COLS_MAX]; /* of the base's cells (look.h) */
	struct spot was[SCREEN_COLS_MAX], is[SCREEN_COLS_MAX];
};

static bool
is_tail(const struct screen *base, unsigned row, unsigned col)
{
	struct look_cell c;

	if (col >= screen_cols(base))
		return false;
	look_cell(base, row, col, &c);
	return c.width == 0;
}

bool
overlay_rows_halve(const struct screen *base, const struct drawn_list *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		const struct drawn *d = &list->d[i];

		if (is_tail(base, d->row, d->col) || is_tail(base, d->row, d->col + drawn_columns(d)))
			return true;
	}
	return false;
}

/* Puts the cells of LIST from FIRST on, those of this row, into SPOTS; the number of the first that is not of it. */
static unsigned
put_cells(struct way *w, const struct drawn_list *list, unsigned first, struct spot *spots)
{
	unsigned i = first;

	for (; i < list->n && list->d[i].row == w->row; i++) {
		spots[list->d[i].col] = (struct spot){ HEAD, (uint16_t)i };
		if (list->d[i].width == 2)
			spots[list->d[i].col + 1] = (struct spot){ TAIL, (uint16_t)i };
	}
	for (unsigned x = w->from; x + 1 < w->to; x++)
		if (w->width[x + 1] == 0 && (spots[x].kind == BASE) != (spots[x + 1].kind == BASE))
			spots[spots[x].kind == BASE ? x : x + 1].kind = BLANK;
	return i;
}

/* Which columns of LIST's cells from FIRST on are in this row, with one more on each side. */
static void
widen(struct way *w, const struct drawn_list *list, unsigned first)
{
	for (unsigned i = first; i < list->n && list->d[i].row == w->row; i++) {
		unsigned from = list->d[i].col, to = from + drawn_columns(&list->d[i]) + 1;

		from -= from > 0;
		w->from = from < w->from ? from : w->from;
		w->to = to > w->to ? to : w->to;
	}
	if (w->to > screen_cols(w->base))
		w->to = screen_cols(w->base);
}

static bool
same_cell(const struct drawn *a, const struct drawn *b)
{
	return !a->touched && a->col == b->col && a->width == b->width && a->len == b->len &&
	       memcmp(a->text, b->text, a->len) == 0 && style_equal(&a->style, &b->style);
}

static bool
same_spot(const struct way *w, unsigned x)
{
	const struct spot *a = &w->was[x], *b = &w->is[x];

	if (a->kind != b->kind)
		return false;
	return a->kind == BASE || a->kind == BLANK || same_cell(&w->now->d[a->which], &w->next->d[b->which]);
}

/* Column X and those behind it that go with it; the column behind them. */
static unsigned
write_piece(const struct way *w, unsigned x, struct patch *patch)
{
	const struct spot *spot = &w->is[x];
	const struct drawn *d = spot->kind == HEAD ? &w->next->d[spot->which] : NULL;
	unsigned end = x + 1;
	struct style style;

	if (d) {
		end = x + drawn_columns(d);
		if (patch && d->width)
			patch_write(patch, w->row, x, d->width, d->text, d->len, &d->style);
		else if (patch)
			patch_erase(patch, w->row, x, &d->style);
		return end;
	}
	if (spot->kind == BLANK) {
		style = patch_style(w->base, w->row, x);
		if (patch)
			patch_erase(patch, w->row, x, &style);
		return end;
	}
	while (end < w->to && w->dirty[end] && w->is[end].kind == BASE)
		end++;
	if (patch)
		patch_restore(patch, w->row, x, end);
	return end;
}

static unsigned
write_row(struct way *w, struct patch *patch)
{
	unsigned pieces = 0;

	/* Where one half of a wide character differs, the other does too: a blank stands beside what halves one. */
	for (unsigned x = w->from; x < w->to; x++)
		w->dirty[x] = !same_spot(w, x);
	for (unsigned x = w->from; x < w->to;)
		if (w->dirty[x]) {
			x = write_piece(w, x, patch);
			pieces++;
		} else {
			x++;
		}
	return pieces;
}

/* The row that the cells I of NOW and K of NEXT are in, whichever comes first; ~0: there is none. */
static unsigned
next_row(const struct drawn_list *now, unsigned i, const struct drawn_list *next, unsigned k)
{
	unsigned a = i < now->n ? now->d[i].row : ~0u, b = k < next->n ? next->d[k].row : ~0u;

	return a < b ? a : b;
}

unsigned
overlay_rows(const struct screen *base, const struct drawn_list *now, const struct drawn_list *next,
             struct patch *patch)
{
	struct way w = { .base = base, .now = now, .next = next };
	unsigned pieces = 0, i = 0, k = 0;
	struct look_cell c;

	while ((w.row = next_row(now, i, next, k)) != ~0u) {
		w.from = screen_cols(base);
		w.to = 0;
		widen(&w, now, i);
		widen(&w, next, k);
		for (unsigned x = w.from; x < w.to; x++) {
			look_cell(base, w.row, x, &c);
			w.width[x] = c.width;
			w.was[x] = w.is[x] = (struct spot){ BASE, 0 };
		}
		i = put_cells(&w, now, i, w.was);
		k = put_cells(&w, next, k, w.is);
		pieces += write_row(&w, patch);
	}
	return pieces;
}
