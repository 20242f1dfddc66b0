/* SPDX-License-Identifier: MIT */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "overlay_rows.h"
#include "overlay_scan.h"
#include "overlay_state.h"
#include "patch.h"

struct overlay {
	struct drawn_list *now, *next; /* what the terminal shows, and room for what it is to show */
	bool away;                     /* the terminal's cursor is at ROW, COL, and not where the base has it */
	unsigned row, col;
	bool wrote;                    /* behind the host's last byte: a REP would not do what it should */
	unsigned rows, cols;           /* of the base when that was drawn */
};

struct overlay *
overlay_new(void)
{
	struct overlay *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->now = calloc(1, sizeof *o->now);
	o->next = calloc(1, sizeof *o->next);
	if (!o->now || !o->next) {
		overlay_free(o);
		return NULL;
	}
	return o;
}

void
overlay_free(struct overlay *o)
{
	if (!o)
		return;
	free(o->now);
	free(o->next);
	free(o);
}

bool
overlay_may(const struct screen *base)
{
	const uint32_t no = LOOK_OPEN | LOOK_SYNCHRONIZED | LOOK_MARGINS | LOOK_ORIGIN | LOOK_INSERT | LOOK_SHIFTED |
	    LOOK_MAPPED | LOOK_PROTECTS | LOOK_CLUSTERS | LOOK_STRAYED;
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	return !(look_modes(base) & no) && !cursor.pending && !look_doubtful(base, cursor.row);
}

/*
 * Whether the columns, with the halves of wide characters beside them, do not reach the last one, and have nothing that
 * is protected: terminals do not agree whether SGR 0 ends that.
 */
static bool
is_free(const struct screen *base, unsigned row, unsigned col, unsigned columns)
{
	unsigned end = col + columns;
	struct look_cell c;

	if (row >= screen_rows(base) || end >= screen_cols(base))
		return false;
	for (unsigned x = col - (col > 0); x <= end; x++) {
		look_cell(base, row, x, &c);
		if (c.protected || (x + 1 == screen_cols(base) && c.width == 0))
			return false;
	}
	return true;
}

bool
overlay_may_cell(const struct screen *base, unsigned row, unsigned col, unsigned width)
{
	return is_free(base, row, col, width ? width : 1) && !look_doubtful(base, row);
}

/*
 * Whether the terminal has the base's rows where the base has them.  On the main screen it may have them further down:
 * a session begins in a used terminal, and terminals do not wrap lines anew in the same way when their size changes.
 */
static bool
rows_agree(const struct screen *base)
{
	const uint32_t both = LOOK_ALTERNATE | LOOK_PLACED;

	return (look_modes(base) & both) == both;
}

bool
overlay_may_row(const struct screen *base, unsigned row)
{
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	return row < screen_rows(base) && (row == cursor.row || rows_agree(base));
}

/* C as it is to be drawn; false: it is not. */
static bool
make(const struct screen *base, const struct overlay_cell *c, bool underline, struct drawn *d)
{
	if (c->width > 2 || c->len > OVERLAY_TEXT || !overlay_may_row(base, c->row) ||
	    !overlay_may_cell(base, c->row, c->col, c->width))
		return false;
	if (c->width && !look_is_one(c->text, c->len, c->width))
		return false;
	*d = (struct drawn){ .row = c->row, .col = c->col, .width = c->width };
	d->style = patch_style(base, c->like_row, c->like_col);
	if (!c->width) {
		d->style = (struct style){ .bg = d->style.bg };
		return true;
	}
	d->len = c->len;
	memcpy(d->text, c->text, c->len);
	if (underline && c->unconfirmed && !(d->style.attr & STYLE_UNDERLINE))
		d->style.attr |= 1u << STYLE_UNDERLINE_SHIFT;
	return true;
}

/* Whether the base shows D anyway. */
static bool
is_base(const struct screen *base, const struct drawn *d)
{
	struct style style = patch_style(base, d->row, d->col);
	struct look_cell look;

	look_cell(base, d->row, d->col, &look);
	return !look.more && look.width == drawn_columns(d) && look.len == d->len &&
	       memcmp(look.text, d->text, d->len) == 0 && style_equal(&style, &d->style);
}

static bool
before(const struct drawn *a, const struct drawn *b)
{
	return a->row != b->row ? a->row < b->row : a->col < b->col;
}

/* Puts D into its place in LIST; cells that it has columns in common with go. */
static void
insert(struct drawn_list *list, const struct drawn *d)
{
	unsigned at = list->n, end;

	while (at > 0 && before(d, &list->d[at - 1]))
		at--;
	if (at > 0 && list->d[at - 1].row == d->row && list->d[at - 1].col + drawn_columns(&list->d[at - 1]) > d->col)
		at--;
	for (end = at; end < list->n && list->d[end].row == d->row &&
	               list->d[end].col < d->col + drawn_columns(d); end++)
		;
	memmove(&list->d[at + 1], &list->d[end], (list->n - end) * sizeof *list->d);
	list->d[at] = *d;
	list->n += 1 - (end - at);
}

static void
make_list(const struct screen *base, const struct overlay_want *want, bool underline, struct drawn_list *list)
{
	struct drawn d;
	unsigned kept = 0;

	list->n = 0;
	if (want->n > OVERLAY_CELLS)
		return;
	for (unsigned i = 0; i < want->n; i++)
		if (make(base, &want->cells[i], underline, &d))
			insert(list, &d);
	for (unsigned i = 0; i < list->n; i++)
		if (!is_base(base, &list->d[i]))
			list->d[kept++] = list->d[i];
	list->n = kept;
}

/* The terminal, whose cursor is to be at ROW, COL, or if HOME is set as if nothing had been drawn, shows o->next. */
static void
show(struct overlay *o, const struct screen *base, bool home, unsigned row, unsigned col, screen_put *put, void *to)
{
	struct drawn_list *shown = o->next;
	unsigned pieces = overlay_rows(base, o->now, o->next, NULL);
	struct look_cursor cursor;
	struct patch patch;

	look_cursor(base, &cursor);
	if (pieces || home || row != (o->away ? o->row : cursor.row) || col != (o->away ? o->col : cursor.col)) {
		patch_begin(&patch, base, o->away ? o->row : cursor.row, o->away ? o->col : cursor.col, put, to);
		if (pieces > 1)
			patch_together(&patch);
		overlay_rows(base, o->now, o->next, &patch);
		if (home)
			patch_home(&patch);
		else
			patch_move(&patch, row, col);
		patch_end(&patch);
		o->wrote = !home;
	}
	o->next = o->now;
	o->now = shown;
	o->away = !home && (row != cursor.row || col != cursor.col);
	o->row = row;
	o->col = col;
	o->rows = screen_rows(base);
	o->cols = screen_cols(base);
}

/* Of what was drawn on a screen of another size nothing can be said any more. */
static void
forget_other_size(struct overlay *o, const struct screen *base)
{
	if (o->rows != screen_rows(base) || o->cols != screen_cols(base))
		overlay_forget(o);
}

void
overlay_take_back(struct overlay *o, const struct screen *base, screen_put *put, void *to)
{
	forget_other_size(o, base);
	if (o->now->n == 0 && !o->away && !o->wrote)
		return;
	o->next->n = 0;
	show(o, base, true, 0, 0, put, to);
}

void
overlay_draw(struct overlay *o, const struct screen *base, const struct overlay_want *want, bool underline,
             screen_put *put, void *to)
{
	struct look_cursor cursor;
	unsigned row, col;

	forget_other_size(o, base);
	look_cursor(base, &cursor);
	row = cursor.row;
	col = cursor.col;
	o->next->n = 0;
	if (want && overlay_may(base)) {
		make_list(base, want, underline, o->next);
		if (want->cursor && overlay_may_row(base, want->row) && want->col < screen_cols(base)) {
			row = want->row;
			col = want->col;
		}
	}
	if (o->next->n == 0 && row == cursor.row && col == cursor.col)
		overlay_take_back(o, base, put, to);
	else
		show(o, base, false, row, col, put, to);
}

/* The host writes to the columns FROM to END of ROW: there the terminal will show the base. */
static void
touched(void *to, unsigned row, unsigned from, unsigned end)
{
	struct drawn_list *list = to;
	unsigned kept = 0;

	for (unsigned i = 0; i < list->n; i++) {
		struct drawn *d = &list->d[i];
		bool meets = d->row == row && d->col < end && d->col + drawn_columns(d) > from;

		if (meets && from <= d->col && d->col + drawn_columns(d) <= end)
			continue;
		d->touched |= meets;
		if (kept != i)
			list->d[kept] = *d;
		kept++;
	}
	list->n = kept;
}

/* Whether BYTES may come while what is drawn stays; then o->now is what it will be behind them. */
static bool
stays(struct overlay *o, const struct screen *base, const void *bytes, size_t len)
{
	struct drawn_list *behind = o->next;

	if (overlay_rows_halve(base, o->now))
		return false;
	behind->n = o->now->n;
	memcpy(behind->d, o->now->d, o->now->n * sizeof *behind->d);
	if (!overlay_scan(base, bytes, len, !rows_agree(base), touched, behind))
		return false;
	o->next = o->now;
	o->now = behind;
	return true;
}

void
overlay_before(struct overlay *o, const struct screen *base, const void *bytes, size_t len, screen_put *put, void *to)
{
	struct look_cursor cursor;
	struct patch patch;

	forget_other_size(o, base);
	if (o->now->n == 0 && !o->away && !o->wrote)
		return;
	if (!stays(o, base, bytes, len)) {
		overlay_take_back(o, base, put, to);
		return;
	}
	if (o->away) {
		look_cursor(base, &cursor);
		patch_begin(&patch, base, o->row, o->col, put, to);
		patch_move(&patch, cursor.row, cursor.col);
		patch_end(&patch);
	}
	o->away = o->wrote = false;
}

void
overlay_forget(struct overlay *o)
{
	o->now->n = 0;
	o->away = o->wrote = false;
}

unsigned
overlay_drawn(const struct overlay *o)
{
	return o->now->n;
}
