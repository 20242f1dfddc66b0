/* SPDX-License-Identifier: MIT */
#include "cursor.h"

#include <string.h>

#include "grid.h"
#include "model.h"
#include "row.h"
#include "trail.h"
#include "used.h"

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned
within(unsigned v, unsigned low, unsigned high)
{
	return v < low ? low : v > high ? high : v;
}

void
cursor_to(struct screen *s, unsigned x, unsigned y)
{
	s->pending = false;
	s->shift = 0;
	s->trailed = NULL;
	s->x = least(x, s->cols - 1);
	s->y = least(y, s->rows - 1);
	if (mode(s, MODE_ORIGIN)) {
		s->x = within(s->x, s->left, s->right);
		s->y = within(s->y, s->top, s->bottom);
	}
}

/* As cursor_to, but from where a terminal shows the cursor: shifted as before, unless an edge has STOPPED it. */
static void
move(struct screen *s, unsigned x, unsigned y, bool stopped)
{
	unsigned shift = s->shift;
	const struct row *trailed = y == s->y ? s->trailed : NULL;

	cursor_to(s, x, y);
	s->shift = stopped ? 0 : shift;
	s->trailed = trailed;
}

void
cursor_address(struct screen *s, unsigned x, unsigned y)
{
	if (mode(s, MODE_ORIGIN))
		cursor_to(s, s->left + x, s->top + y);
	else
		cursor_to(s, x, y);
}

void
cursor_home(struct screen *s)
{
	cursor_address(s, 0, 0);
	used_said(s);
}

void
cursor_up(struct screen *s, unsigned n)
{
	unsigned limit = s->y >= s->top ? s->top : 0;

	used_move(s, n, true);
	move(s, s->x, s->y - least(n, s->y - limit), false);
}

void
cursor_down(struct screen *s, unsigned n)
{
	unsigned limit = s->y <= s->bottom ? s->bottom : s->rows - 1;

	used_move(s, n, false);
	move(s, s->x, s->y + least(n, limit - s->y), false);
}

/* Back by N from a column that is FIRST or more, over the starts of rows; from the top margin to the bottom one. */
static void
reverse_wrap(struct screen *s, unsigned n, unsigned first)
{
	unsigned x = s->x, y = s->y;

	if (n > x - first)
		used_wrap_back(s);
	while (n > x - first) {
		n -= x - first + 1;
		x = s->right;
		y = y == s->top ? s->bottom : y == 0 ? s->rows - 1 : y - 1;
		first = s->left;
	}
	cursor_to(s, x - n, y);
}

void
cursor_left(struct screen *s, unsigned n)
{
	unsigned limit = s->x >= s->left ? s->left : 0, y = s->y, shift = s->shift;

	trail_note(s, TRAIL_LEFT, n);
	if (!(s->modes & (MODE_REVERSE_WRAP | MODE_REVERSE_WRAP_ALL)) || !mode(s, MODE_WRAP)) {
		move(s, s->x - least(n, s->x - limit), s->y, n > s->x - limit);
		return;
	}
	reverse_wrap(s, n - s->pending, limit);
	s->shift = s->y == y ? shift : 0;
}

void
cursor_right(struct screen *s, unsigned n)
{
	unsigned limit = cursor_edge(s);

	trail_note(s, TRAIL_RIGHT, n);
	move(s, s->x + least(n, limit - s->x), s->y, n > limit - s->x);
}

void
cursor_rows(struct screen *s, unsigned y)
{
	move(s, s->x, y, false);
}

void
cursor_columns(struct screen *s, unsigned n)
{
	trail_note(s, TRAIL_RIGHT, n);
	move(s, s->x + n, s->y, s->x + n > s->cols - 1);
}

void
cursor_return(struct screen *s)
{
	cursor_to(s, s->x >= s->left ? s->left : 0, s->y);
}

void
cursor_tab(struct screen *s, unsigned n)
{
	unsigned edge = cursor_edge(s), x;

	trail_note(s, TRAIL_TAB, n);
	if (s->pending && s->x == edge) {
		if (!mode(s, MODE_TAB_WRAP) || !mode(s, MODE_WRAP))
			return;
		cursor_index(s);
		s->x = 0;
		edge = cursor_edge(s);
	}
	x = s->x;
	while (n-- && x < edge)
		do
			x++;
		while (x < edge && !s->tabs[x]);
	s->x = x;
	s->shift = 0;
}

void
cursor_backtab(struct screen *s, unsigned n)
{
	unsigned edge = cursor_edge(s), x = s->x;

	trail_note(s, TRAIL_BACKTAB, n);
	while (n-- && x > 0)
		do
			x--;
		while (x > 0 && !s->tabs[x]);
	if (mode(s, MODE_ORIGIN) && x < s->left)
		x = s->left;
	s->x = x;
	s->shift = 0;
	if (cursor_edge(s) != edge)
		s->pending = false;
}

/* One row down; at the bottom margin the rows move up.  Whether the cursor is in another row of the text now. */
static bool
down(struct screen *s, enum grid_going going)
{
	s->trailed = NULL;
	if (s->y == s->bottom && s->x >= s->left && s->x <= s->right) {
		grid_up(s, s->top, s->bottom, 1, going);
		used_feed(s, true);
		return true;
	}
	if (s->y == s->bottom || s->y == s->rows - 1)
		return false;
	s->y++;
	used_feed(s, false);
	return true;
}

void
cursor_index(struct screen *s)
{
	s->pending = false;
	down(s, GRID_KEEP);
	grid_settle(s);
}

void
cursor_linefeed(struct screen *s)
{
	s->pending = false;
	if (down(s, GRID_KEEP) && s->left == 0 && s->right == s->cols - 1)
		s->row[s->y]->cont = false;
	grid_settle(s);
}

void
cursor_reverse_index(struct screen *s)
{
	s->pending = false;
	s->trailed = NULL;
	if (s->y == s->top)
		used_stray(s);
	else
		used_move(s, 1, true);
	if (s->y == s->top && s->x >= s->left && s->x <= s->right)
		grid_down(s, s->top, s->bottom, 1);
	else if (s->y > 0 && s->y != s->top)
		s->y--;
	grid_settle(s);
}

void
cursor_wrap(struct screen *s)
{
	bool moved;

	trail_drop(s->row[s->y]);
	moved = down(s, GRID_WRAP);
	s->x = s->x >= s->left && s->x <= s->right ? s->left : 0;
	if (s->shift)
		s->shift = s->x + 1;
	if (moved && s->left == 0 && s->right == s->cols - 1 && !s->alternate) {
		s->row[s->y]->cont = true;
		s->row[s->y]->marks.has = 0;
	}
	grid_settle(s);
}

bool
cursor_wrap_early(struct screen *s)
{
	unsigned edge = cursor_edge(s);
	cell blank = grid_blank(s);

	if (edge == (s->x >= s->left && s->x <= s->right ? s->left : 0))
		return false;
	if (blank && s->shift)
		blank |= CELL_SHIFTED;
	row_split(s->row[s->y], s->cols, s->x, blank);
	row_split(s->row[s->y], s->cols, edge + 1, blank);
	row_fill(s->row[s->y], s->x, edge + 1, blank);
	s->row[s->y]->odd |= s->shift != 0;
	cursor_wrap(s);
	return true;
}

void
cursor_save(struct screen *s)
{
	s->saved[s->alternate != NULL] = (struct saved){
		.x = s->x, .y = s->y, .pen = s->pen, .charsets = s->charsets, .origin = mode(s, MODE_ORIGIN),
		.shift = s->shift,
	};
	used_save(s);
}

void
cursor_restore(struct screen *s)
{
	const struct saved *saved = &s->saved[s->alternate != NULL];

	s->pen = saved->pen;
	s->pen_known = false;
	s->erase_number = 0;
	s->charsets = saved->charsets;
	s->modes = saved->origin ? s->modes | MODE_ORIGIN : s->modes & ~(uint32_t)MODE_ORIGIN;
	cursor_to(s, saved->x, saved->y);
	used_restore(s);
	s->shift = saved->shift;
}

void
tabs_reset(unsigned char *tabs, unsigned from, unsigned cols)
{
	for (unsigned x = from; x < cols; x++)
		tabs[x] = x % 8 == 0;
}
