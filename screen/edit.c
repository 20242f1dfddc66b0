/* SPDX-License-Identifier: MIT */
#include "edit.h"

#include "cursor.h"
#include "grid.h"
#include "history.h"
#include "model.h"
#include "row.h"
#include "trail.h"
#include "used.h"

void
edit_erase_cells(struct screen *s, unsigned y, unsigned from, unsigned to, bool selective)
{
	struct row *row = s->row[y];
	cell blank = grid_blank(s);

	if (from >= to)
		return;
	if (blank && s->shift && y == s->y && from >= s->x) {
		blank |= CELL_SHIFTED;
		row->odd = true;
	}
	if (!selective) {
		row_split(row, s->cols, from, blank);
		row_split(row, s->cols, to, blank);
		row_fill(row, from, to, blank);
		return;
	}
	/* Both halves of a wide character have its style. */
	for (unsigned x = from; x < to && x < row->len; x++)
		if (!(styles_get(&s->styles, cell_style(row->c[x]))->attr & STYLE_PROTECTED)) {
			row_split(row, s->cols, x, blank);
			row_split(row, s->cols, x + 1, blank);
			row->c[x] = blank;
		}
	if (to > row->len && blank)
		row_fill(row, from > row->len ? from : row->len, to, blank);
}

/*
 * ED and EL end a pending wrap, as DEC's terminals and xterm do it; where the erasure to the right of the cursor
 * begins then: past the last column.  Most terminals spare that, and gcc relies on it.
 */
static unsigned
end_wrap(struct screen *s)
{
	unsigned x = s->pending && s->x == cursor_edge(s) ? s->x + 1 : s->x;

	s->pending = false;
	return x;
}

static void
erase_rows(struct screen *s, unsigned from, unsigned to, bool selective)
{
	if (!selective && from < to) {
		grid_erase(s, from, to - 1);
		return;
	}
	for (unsigned y = from; y < to; y++)
		edit_erase_cells(s, y, 0, s->cols, true);
}

/* After SPA every erasure is selective. */
static bool
keeps(const struct screen *s, bool selective)
{
	return selective || s->iso_protection;
}

/* All of ROW was erased: it is a line of its own, and has no marks. */
static void
forget_line(struct row *row)
{
	row->cont = false;
	row->marks.has = 0;
}

/* Before ED or EL of WHAT: what that does to the cursor's row. */
static void
note_erasure(struct screen *s, unsigned what, bool selective)
{
	struct row *row = s->row[s->y];

	if (!row->odd || what > 2)
		return;
	/* All of it goes, and with it the order in which it came, unless the cursor's place depends on that. */
	if (selective || (!trail_leads(s) && (what == 2 || (what == 0 && s->x == 0))))
		trail_drop(row);
	else
		trail_note(s, (enum trail_kind)(TRAIL_ERASE_END + what), 0);
}

void
edit_erase_line(struct screen *s, unsigned what, bool selective)
{
	struct row *row = s->row[s->y];
	unsigned x = end_wrap(s);

	selective = keeps(s, selective);
	note_erasure(s, what, selective);
	switch (what) {
	case 0:
		edit_erase_cells(s, s->y, x, s->cols, selective);
		if (x == 0 && !selective)
			forget_line(row);
		break;
	case 1:
		edit_erase_cells(s, s->y, 0, s->x + 1, selective);
		break;
	case 2:
		edit_erase_cells(s, s->y, 0, s->cols, selective);
		if (!selective)
			forget_line(row);
		break;
	}
	grid_settle(s);
}

static bool
any_protected(const struct screen *s)
{
	for (unsigned y = 0; y < s->rows; y++)
		for (unsigned x = 0; x < s->row[y]->len; x++)
			if (styles_get(&s->styles, cell_style(s->row[y]->c[x]))->attr & STYLE_PROTECTED)
				return true;
	return false;
}

void
edit_erase_display(struct screen *s, unsigned what, bool selective)
{
	unsigned x = what < 3 ? end_wrap(s) : s->x;

	/* As xterm does it: what erases a screen without protected text ends SPA's protection. */
	if (what == 2 && s->iso_protection)
		s->iso_protection = any_protected(s);
	selective = keeps(s, selective);
	note_erasure(s, what, selective);
	switch (what) {
	case 0:
		edit_erase_cells(s, s->y, x, s->cols, selective);
		if (x == 0 && !selective)
			forget_line(s->row[s->y]);
		erase_rows(s, s->y + 1, s->rows, selective);
		break;
	case 1:
		erase_rows(s, 0, s->y, selective);
		edit_erase_cells(s, s->y, 0, s->x + 1, selective);
		if (!selective) {
			s->row[s->y]->cont = false;
			if (s->x == s->cols - 1 && s->y + 1 < s->rows)
				s->row[s->y + 1]->cont = false;
		}
		break;
	case 2:
		erase_rows(s, 0, s->rows, selective);
		break;
	case 3:
		history_clear(&s->history);
		break;
	}
	if (!selective)
		used_erased(s, what, x);
	grid_settle(s);
}

void
edit_erase_chars(struct screen *s, unsigned n)
{
	s->pending = false;
	if (s->iso_protection)
		trail_drop(s->row[s->y]);
	trail_note(s, TRAIL_ERASE, n);
	edit_erase_cells(s, s->y, s->x, n < s->cols - s->x ? s->x + n : s->cols, s->iso_protection);
}

static bool
within_columns(const struct screen *s)
{
	return s->x >= s->left && s->x <= s->right;
}

static bool
within_margins(const struct screen *s)
{
	return within_columns(s) && s->y >= s->top && s->y <= s->bottom;
}

void
edit_insert_chars(struct screen *s, unsigned n)
{
	s->pending = false;
	trail_note(s, TRAIL_INSERT, n);
	if (within_columns(s))
		grid_right(s, s->y, s->y, s->x, s->right, n);
}

void
edit_delete_chars(struct screen *s, unsigned n)
{
	s->pending = false;
	trail_note(s, TRAIL_DELETE, n);
	if (within_columns(s))
		grid_left(s, s->y, s->y, s->x, s->right, n);
}

void
edit_insert_lines(struct screen *s, unsigned n)
{
	if (!within_margins(s))
		return;
	s->pending = false;
	used_stray(s);
	grid_down(s, s->y, s->bottom, n);
	s->x = s->left;
	s->shift = 0;
	s->trailed = NULL;
	grid_settle(s);
}

void
edit_delete_lines(struct screen *s, unsigned n)
{
	if (!within_margins(s))
		return;
	s->pending = false;
	used_stray(s);
	grid_up(s, s->y, s->bottom, n, GRID_DROP);
	s->x = s->left;
	s->shift = 0;
	s->trailed = NULL;
	grid_settle(s);
}

void
edit_insert_columns(struct screen *s, unsigned n)
{
	if (within_margins(s))
		grid_right(s, s->top, s->bottom, s->x, s->right, n);
	grid_settle(s);
}

void
edit_delete_columns(struct screen *s, unsigned n)
{
	if (within_margins(s))
		grid_left(s, s->top, s->bottom, s->x, s->right, n);
	grid_settle(s);
}

void
edit_scroll_up(struct screen *s, unsigned n)
{
	used_stray(s);
	grid_up(s, s->top, s->bottom, n, GRID_KEEP);
	grid_settle(s);
}

void
edit_scroll_down(struct screen *s, unsigned n)
{
	used_stray(s);
	grid_down(s, s->top, s->bottom, n);
	grid_settle(s);
}

void
edit_scroll_left(struct screen *s, unsigned n)
{
	if (within_margins(s))
		grid_left(s, s->top, s->bottom, s->left, s->right, n);
	grid_settle(s);
}

void
edit_scroll_right(struct screen *s, unsigned n)
{
	if (within_margins(s))
		grid_right(s, s->top, s->bottom, s->left, s->right, n);
	grid_settle(s);
}

void
edit_align(struct screen *s)
{
	s->modes &= ~(uint32_t)MODE_ORIGIN;
	s->top = s->left = 0;
	s->bottom = s->rows - 1;
	s->right = s->cols - 1;
	cursor_home(s);
	for (unsigned y = 0; y < s->rows; y++) {
		row_fill(s->row[y], 0, s->cols, cell_make('E', 0, 0));
		s->row[y]->cont = false;
	}
}
