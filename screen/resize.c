/* SPDX-License-Identifier: MIT */
/*
 * A change of the size.  The alternate screen is cut or gets blanks, as all terminals do it: its program draws
 * anew.  The primary screen's lines are wrapped anew at the new width; the cursor stays on its character; rows that
 * no longer fit go to the scrollback, and come back from it while the screen was full to its last row.
 */
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "answer.h"
#include "grid.h"
#include "history.h"
#include "history_rows.h"
#include "mark.h"
#include "model.h"
#include "modes.h"
#include "row.h"
#include "tidy.h"
#include "used.h"

/* Rows of the new width, taken in from the top. */
struct flow {
	struct row **row;
	size_t n, cap;
	unsigned cols;
	unsigned x;           /* where the next cell goes, in the last row */
	bool failed;
	bool prompted;        /* the row of the next cell has this prompt */
	struct mark prompt;
	/* The cursor: where it was, and where it has come to. */
	const struct row *at;
	unsigned at_x;
	bool at_pending;
	size_t to_row;
	unsigned to_x;
	bool to_pending;
};

static struct row *
flow_row(struct flow *f, bool cont)
{
	struct row **rows, *row = NULL;
	size_t cap = f->cap ? f->cap * 2 : 64;

	if (f->n == f->cap) {
		rows = realloc(f->row, cap * sizeof *rows);
		if (rows) {
			f->row = rows;
			f->cap = cap;
		}
	}
	if (f->n < f->cap)
		row = row_new(f->cols);
	if (!row) {
		f->failed = true;
		return NULL;
	}
	row->cont = cont;
	row->odd = true; /* for all that is known here */
	f->row[f->n++] = row;
	f->x = 0;
	return row;
}

/* Sets the prompt that has come in the last row. */
static void
flow_prompt(struct flow *f)
{
	if (f->prompted)
		marks_set(&f->row[f->n - 1]->marks, &f->prompt, 0);
	f->prompted = false;
}

/* Appends C, of WIDTH columns. */
static void
flow_cell(struct flow *f, cell c, unsigned width)
{
	struct row *row = f->row[f->n - 1];

	if (f->x + width > f->cols && !(row = flow_row(f, true)))
		return;
	flow_prompt(f);
	row->c[f->x] = c;
	if (width == 2)
		row->c[f->x + 1] = cell_with(c, CELL_TAIL);
	f->x += width;
	row_extend(row, f->x);
}

/* The cursor is BEHIND the cell that was added last, by COLUMNS, or that many columns before that cell's end. */
static void
flow_cursor(struct flow *f, bool behind, unsigned columns)
{
	f->to_row = f->n - 1;
	f->to_x = behind ? f->x + columns : f->x > columns ? f->x - columns : 0;
	f->to_pending = behind && f->x == f->cols && columns == 0;
	if (f->to_x >= f->cols)
		f->to_x = f->cols - 1;
}

/* MARK stands before the cell that comes next, and COLUMNS further right. */
static void
flow_mark(struct flow *f, const struct mark *mark, unsigned columns)
{
	unsigned at = f->x + columns;

	if (mark->kind == MARK_PROMPT) {
		f->prompted = true;
		f->prompt = *mark;
		return;
	}
	marks_set(&f->row[f->n - 1]->marks, mark, at < f->cols ? at : f->cols);
}

/* The marks of ROW that stand before its column AT. */
static void
flow_marks(struct flow *f, const struct row *row, unsigned at, unsigned columns)
{
	struct mark mark;

	for (enum mark_kind kind = 0; row->marks.has && kind < MARK_KINDS; kind++)
		if (marks_get(&row->marks, kind, at, &mark))
			flow_mark(f, &mark, columns);
}

/* Adds ROW, of COLS columns; WRAPPED: the one below goes on with it. */
static void
flow_add(struct flow *f, const struct row *row, unsigned cols, bool wrapped)
{
	unsigned n = row_used(row), cursor = f->at_x + (f->at_pending ? 1 : 0);

	if (wrapped)
		n = row->c[cols - 1] == 0 ? cols - 1 : cols;
	/* Blanks that an erasure has left do not make a line longer than a row. */
	while (!wrapped && n > f->cols && cell_empty(row->c[n - 1]))
		n--;
	for (unsigned x = 0; x < n && !f->failed; x++) {
		flow_marks(f, row, x, 0);
		if (!(row->c[x] & CELL_TAIL))
			flow_cell(f, row->c[x], row->c[x] & CELL_WIDE ? 2 : 1);
		if (f->at == row && x == cursor)
			flow_cursor(f, false, row->c[x] & CELL_WIDE ? 2 : 1);
	}
	for (unsigned at = n; !f->failed && row->marks.has && (at = marks_next(&row->marks, at)) != MARKS_NO_MORE; at++)
		flow_marks(f, row, at, wrapped ? 0 : at - n);
	if (!f->failed)
		flow_prompt(f);
	if (f->at == row && cursor >= n && !f->failed)
		flow_cursor(f, true, cursor - n);
}

static void
flow_free(struct flow *f)
{
	for (size_t i = 0; i < f->n; i++)
		row_free(f->row[i]);
	free(f->row);
}

/* How many rows from the top have something: text or the cursor's row. */
static unsigned
rows_used(const struct screen *s, unsigned cursor)
{
	unsigned n = s->rows;

	while (n > cursor + 1 && row_used(s->primary[n - 1]) == 0)
		n--;
	return n;
}

static void
flow_taken(void *to, cell c, unsigned width)
{
	struct flow *f = to;

	if (!f->failed)
		flow_cell(f, c, width);
}

static void
flow_taken_mark(void *to, const struct mark *mark)
{
	struct flow *f = to;

	if (!f->failed)
		flow_mark(f, mark, 0);
}

/* The part of the first row's line that is in the scrollback comes down, so that the line is whole. */
static void
pull_line(struct screen *s, struct flow *f)
{
	unsigned column = s->history.column;

	if (!s->primary[0]->cont || !flow_row(f, false))
		return;
	history_take(s, flow_taken, flow_taken_mark, f);
	/* As when a row goes up: one column is left out only for a wide character. */
	if (column == s->cols - 1 && !(s->primary[0]->c[0] & CELL_WIDE) && !f->failed)
		flow_cell(f, cell_make(' ', 0, 0), 1);
}

static void
flow_primary(struct screen *s, struct flow *f, unsigned used)
{
	pull_line(s, f);
	for (unsigned y = 0; y < used && !f->failed; y++) {
		const struct row *row = s->primary[y];

		if (!row->cont || !f->n)
			flow_row(f, false);
		if (!f->failed)
			flow_add(f, row, s->cols, y + 1 < s->rows && s->primary[y + 1]->cont);
	}
}

/* Puts the reflowed rows into GRID of ROWS rows; the rows before FIRST go to the scrollback. */
static void
settle_rows(struct screen *s, struct flow *f, struct row **grid, unsigned rows, size_t first)
{
	for (size_t i = 0; i < f->n; i++) {
		if (i < first) {
			history_push(s, f->row[i], f->row[i]->cont, i + 1 < f->n && f->row[i + 1]->cont);
		} else if (i - first < rows) {
			row_free(grid[i - first]);
			grid[i - first] = f->row[i];
			f->row[i] = NULL;
		}
	}
}

/* Brings rows back from the scrollback while there is room below USED rows of ROWS; how many. */
static unsigned
pull_rows(struct screen *s, struct row **grid, unsigned rows, unsigned used)
{
	unsigned pulled = 0;

	while (used + pulled < rows) {
		struct flow f = { .cols = s->cols };
		size_t n, first;

		if (!history_lines(&s->history) || !flow_row(&f, false)) {
			flow_free(&f);
			break;
		}
		history_take(s, flow_taken, flow_taken_mark, &f);
		first = f.n > rows - used - pulled ? f.n - (rows - used - pulled) : 0;
		n = f.n - first;
		/* Empty rows go off the bottom. */
		for (unsigned y = rows - (unsigned)n; y < rows; y++)
			row_free(grid[y]);
		memmove(&grid[n], &grid[0], (rows - n) * sizeof *grid);
		memset(&grid[0], 0, n * sizeof *grid);
		settle_rows(s, &f, grid, (unsigned)n, first);
		flow_free(&f);
		pulled += (unsigned)n;
	}
	return pulled;
}

/* The primary screen in the new size; the cursor of it is at *X, *Y.  False: no memory, it is as it was. */
static bool
resize_primary(struct screen *s, unsigned rows, unsigned cols, unsigned *x, unsigned *y, bool *pending)
{
	unsigned used = rows_used(s, *y), old_rows = s->rows;
	bool full = used == s->rows && *y == s->rows - 1;
	struct flow f = { .cols = cols, .at = s->primary[*y], .at_x = *x, .at_pending = *pending };
	struct row **grid = grid_new(rows, cols);
	size_t first;

	if (grid)
		flow_primary(s, &f, used);
	if (!grid || f.failed) {
		flow_free(&f);
		grid_free(grid, rows);
		s->primary[0]->cont = false;
		return false;
	}
	if (cols != s->cols)
		history_cut(&s->history);
	s->cols = cols;
	first = f.n > rows ? f.n - rows : 0;
	if (first > f.to_row)
		first = f.to_row;
	settle_rows(s, &f, grid, rows, first);
	*x = f.to_x;
	*y = (unsigned)(f.to_row - first);
	*pending = f.to_pending;
	grid_free(s->primary, old_rows);
	s->primary = grid;
	s->rows = rows;
	if (full && first == 0)
		*y += pull_rows(s, grid, rows, (unsigned)f.n);
	flow_free(&f);
	return true;
}

/* A row cut to COLS columns, or with room for as many. */
static struct row *
cut(const struct row *row, unsigned cols)
{
	struct row *fresh = row_new(cols);

	if (!fresh)
		return NULL;
	fresh->len = row->len < cols ? row->len : cols;
	fresh->odd = row->odd;
	fresh->torn = row->torn;
	memcpy(fresh->c, row->c, fresh->len * sizeof *row->c);
	if (fresh->len == cols && (fresh->c[cols - 1] & CELL_WIDE))
		fresh->c[cols - 1] = 0;
	return fresh;
}

/* The alternate screen in the new size, its first SKIP rows gone; NULL: no memory. */
static struct row **
cut_grid(struct row **old, unsigned old_rows, unsigned rows, unsigned cols, unsigned skip)
{
	struct row **grid = grid_new(rows, cols);

	for (unsigned y = 0; grid && y < rows && y + skip < old_rows; y++) {
		struct row *row = cut(old[y + skip], cols);

		if (!row) {
			grid_free(grid, rows);
			return NULL;
		}
		row_free(grid[y]);
		grid[y] = row;
	}
	return grid;
}

static unsigned char *
resized_tabs(const struct screen *s, unsigned cols)
{
	unsigned char *tabs = malloc(cols);

	if (!tabs)
		return NULL;
	tabs_reset(tabs, 0, cols);
	memcpy(tabs, s->tabs, s->cols < cols ? s->cols : cols);
	return tabs;
}

static void
clamp(unsigned *v, unsigned limit)
{
	if (*v >= limit)
		*v = limit - 1;
}

/* After the grids have the new size. */
static void
settle(struct screen *s)
{
	modes_reset_margins(s);
	s->repeatable = false;
	used_lose(s);
	s->trailed = NULL;
	for (unsigned i = 0; i < 2; i++) {
		clamp(&s->saved[i].x, s->cols);
		clamp(&s->saved[i].y, s->rows);
	}
	clamp(&s->entered.x, s->cols);
	clamp(&s->entered.y, s->rows);
	clamp(&s->x, s->cols);
	clamp(&s->y, s->rows);
	s->pending = s->pending && s->x == s->cols - 1;
	if (s->shift)
		s->shift = s->x + s->pending + 1;
	for (unsigned i = 0; i < 2; i++)
		if (s->saved[i].shift)
			s->saved[i].shift = s->saved[i].x + 1;
	if (s->entered.shift)
		s->entered.shift = s->entered.x + 1;
	grid_settle(s);
}

void
screen_resize(struct screen *s, unsigned rows, unsigned cols)
{
	unsigned old_rows = s->rows, skip, x, y;
	struct row **alternate = NULL;
	unsigned char *tabs;
	bool pending;

	rows = rows < 1 ? 1 : rows > SCREEN_ROWS_MAX ? SCREEN_ROWS_MAX : rows;
	cols = cols < SCREEN_COLS_MIN ? SCREEN_COLS_MIN : cols > SCREEN_COLS_MAX ? SCREEN_COLS_MAX : cols;
	if (rows == s->rows && cols == s->cols)
		return;
	tidy_styles(s);
	tidy_clusters(s);
	tidy_links(s);
	skip = s->alternate && s->y >= rows ? s->y - rows + 1 : 0;
	tabs = resized_tabs(s, cols);
	if (s->alternate)
		alternate = cut_grid(s->alternate, s->rows, rows, cols, skip);
	/* While the alternate screen is on, the primary screen's cursor is the saved one. */
	x = s->alternate ? s->saved[0].x : s->x;
	y = s->alternate ? s->saved[0].y : s->y;
	pending = !s->alternate && s->pending && s->x == cursor_edge(s);
	if (!tabs || (s->alternate && !alternate) || !resize_primary(s, rows, cols, &x, &y, &pending)) {
		free(tabs);
		grid_free(alternate, rows);
		return;
	}
	free(s->tabs);
	s->tabs = tabs;
	if (s->alternate) {
		grid_free(s->alternate, old_rows);
		s->alternate = alternate;
		s->saved[0].x = s->entered.x = x;
		s->saved[0].y = s->entered.y = y;
		s->y -= skip;
		s->pending = false;
	} else {
		s->x = x;
		s->y = y;
		s->pending = pending;
		if (pending)
			s->x = cols - 1;
	}
	s->row = s->alternate ? s->alternate : s->primary;
	settle(s);
	s->fed = s->here;
	if (mode(s, MODE_SIZE))
		answer_new_size(s);
}
