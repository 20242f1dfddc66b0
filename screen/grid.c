/* SPDX-License-Identifier: MIT */
#include "grid.h"

#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "model.h"
#include "row.h"
#include "trail.h"

void
grid_free(struct row **grid, unsigned rows)
{
	if (!grid)
		return;
	for (unsigned y = 0; y < rows; y++)
		row_free(grid[y]);
	free(grid);
}

struct row **
grid_new(unsigned rows, unsigned cols)
{
	struct row **grid = calloc(rows, sizeof *grid);

	for (unsigned y = 0; grid && y < rows; y++)
		if (!(grid[y] = row_new(cols))) {
			grid_free(grid, y);
			return NULL;
		}
	return grid;
}

cell
grid_blank(struct screen *s)
{
	struct style style = { .bg = s->pen.bg };

	if (!s->pen.bg)
		return 0;
	if (s->erase_number)
		return cell_make(0, s->erase_number, 0);
	s->erase_number = styles_number(&s->styles, &style);
	return cell_make(0, s->erase_number, 0);
}

static void
row_erase(struct row *row, unsigned cols, cell blank)
{
	row_fill(row, 0, cols, blank);
	row->cont = false;
	row->marks.has = 0;
	if (row->odd)
		trail_drop(row);
	row->odd = row->torn = false;
}

static void
reverse(struct row **row, unsigned from, unsigned to)
{
	for (; from + 1 < to; from++) {
		struct row *r = row[from];

		row[from] = row[--to];
		row[to] = r;
	}
}

/* Rows TOP to BOTTOM, the first N of which go to the end. */
static void
rotate(struct screen *s, unsigned top, unsigned bottom, unsigned n)
{
	struct row *first = s->row[top];

	if (n == 1) {
		memmove(&s->row[top], &s->row[top + 1], (bottom - top) * sizeof *s->row);
		s->row[bottom] = first;
		return;
	}
	reverse(s->row, top, top + n);
	reverse(s->row, top + n, bottom + 1);
	reverse(s->row, top, bottom + 1);
}

static void
rotate_up(struct screen *s, unsigned top, unsigned bottom, unsigned n, cell blank)
{
	rotate(s, top, bottom, n);
	for (unsigned i = 0; i < n; i++)
		row_erase(s->row[bottom - i], s->cols, blank);
}

static void
rotate_down(struct screen *s, unsigned top, unsigned bottom, unsigned n, cell blank)
{
	rotate(s, top, bottom, bottom - top + 1 - n);
	for (unsigned i = 0; i < n; i++)
		row_erase(s->row[top + i], s->cols, blank);
}

/* Row Y no longer stands below the row that it went on with. */
static void
part_line(struct screen *s, unsigned y)
{
	if (y < s->rows)
		s->row[y]->cont = false;
}

/* Copies the columns LEFT to RIGHT of FROM to TO, or blanks them there if FROM is NULL. */
static void
copy_part(struct screen *s, struct row *to, struct row *from, unsigned left, unsigned right, cell blank)
{
	row_split(to, s->cols, left, blank);
	row_split(to, s->cols, right + 1, blank);
	if (!from) {
		row_fill(to, left, right + 1, blank);
		return;
	}
	row_split(from, s->cols, left, blank);
	row_split(from, s->cols, right + 1, blank);
	row_extend(to, right + 1);
	to->odd |= from->odd;
	to->torn |= from->torn;
	memcpy(to->c + left, from->c + left, (right + 1 - left) * sizeof *to->c);
}

static bool
whole_rows(const struct screen *s)
{
	return s->left == 0 && s->right == s->cols - 1;
}

void
grid_up(struct screen *s, unsigned top, unsigned bottom, unsigned n, enum grid_going going)
{
	cell blank = grid_blank(s);
	unsigned height = bottom - top + 1;

	if (n > height)
		n = height;
	if (!whole_rows(s)) {
		for (unsigned y = top; y <= bottom; y++)
			copy_part(s, s->row[y], y + n <= bottom ? s->row[y + n] : NULL, s->left, s->right, blank);
	} else if (going != GRID_DROP && top == 0 && !s->alternate) {
		for (unsigned i = 0; i < n; i++) {
			bool wraps = s->rows > 1 ? s->row[1]->cont : going == GRID_WRAP;

			history_push(s, s->row[0], s->row[0]->cont, wraps);
			rotate_up(s, top, bottom, 1, blank);
		}
	} else {
		rotate_up(s, top, bottom, n, blank);
		part_line(s, top);
	}
	if (whole_rows(s))
		part_line(s, bottom + 1);
}

void
grid_down(struct screen *s, unsigned top, unsigned bottom, unsigned n)
{
	cell blank = grid_blank(s);
	unsigned height = bottom - top + 1;

	if (n > height)
		n = height;
	if (whole_rows(s)) {
		rotate_down(s, top, bottom, n, blank);
		part_line(s, top + n);
		part_line(s, bottom + 1);
		return;
	}
	for (unsigned y = bottom + 1; y-- > top;)
		copy_part(s, s->row[y], y >= top + n ? s->row[y - n] : NULL, s->left, s->right, blank);
}

/* The columns LEFT to RIGHT move by N, of the width at most, to the left if LEFTWARDS; blanks come in. */
static void
shift(struct screen *s, unsigned top, unsigned bottom, unsigned left, unsigned right, unsigned n, bool leftwards)
{
	cell blank = grid_blank(s);
	unsigned width = right - left + 1, by = n < width ? n : width;
	unsigned from = leftwards ? left + by : left, to = leftwards ? left : left + by;
	unsigned gap = leftwards ? right + 1 - by : left;

	for (unsigned y = top; y <= bottom; y++) {
		struct row *row = s->row[y];

		row_split(row, s->cols, left, blank);
		row_split(row, s->cols, leftwards ? from : right + 1 - by, blank);
		row_split(row, s->cols, right + 1, blank);
		row_extend(row, right + 1);
		memmove(row->c + to, row->c + from, (width - by) * sizeof *row->c);
		row_fill(row, gap, gap + by, blank);
	}
}

void
grid_left(struct screen *s, unsigned top, unsigned bottom, unsigned left, unsigned right, unsigned n)
{
	shift(s, top, bottom, left, right, n, true);
}

void
grid_right(struct screen *s, unsigned top, unsigned bottom, unsigned left, unsigned right, unsigned n)
{
	shift(s, top, bottom, left, right, n, false);
}

void
grid_erase(struct screen *s, unsigned top, unsigned bottom)
{
	cell blank = grid_blank(s);

	for (unsigned y = top; y <= bottom && y < s->rows; y++)
		row_erase(s->row[y], s->cols, blank);
}

static void
settle_wrap(struct screen *s)
{
	struct row *row = s->row[s->y];
	unsigned edge = cursor_edge(s);

	if (cell_empty(row->c[edge])) {
		row->c[edge] = cell_with(row->c[edge], ' ');
		row_extend(row, edge + 1);
	}
}

void
grid_settle(struct screen *s)
{
	if (s->pending)
		settle_wrap(s);
	if (!history_lines(&s->history))
		s->primary[0]->cont = false;
}
