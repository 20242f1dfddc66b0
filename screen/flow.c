/* SPDX-License-Identifier: MIT */
#include "flow.h"

#include <limits.h>

#include "graphemes.h"
#include "model.h"
#include "render_cell.h"
#include "row.h"

bool
flow_doubtful(const struct screen *s, const struct row *row, unsigned x)
{
	const uint32_t *codes;
	uint32_t one;
	unsigned n;

	if (cell_empty(row->c[x]) || row->c[x] & CELL_TAIL)
		return false;
	codes = clusters_codes(&s->clusters, row->c[x], &one, &n);
	return graphemes_doubtful(codes, n);
}

bool
flow_is_shifted(const struct screen *s, const struct row *row)
{
	for (unsigned x = 0; x < row->len; x++)
		if (row->c[x] & CELL_SHIFTED || flow_doubtful(s, row, x))
			return true;
	return false;
}

/* The column behind the character, or the run of equal blanks, at column X of ROW; N: where the row ends. */
static unsigned
behind(const struct row *row, unsigned x, unsigned n)
{
	cell c = row->c[x];

	if (c & CELL_WIDE)
		return x + 2;
	if (!cell_empty(c))
		return x + 1;
	while (x < n && row->c[x] == c)
		x++;
	return x;
}

/* The next shifted cell of ROW from X on, before any doubtful one; 0: there is none. */
static unsigned
next_shifted(const struct screen *s, const struct row *row, unsigned x, unsigned n)
{
	for (; x < n; x++) {
		if (row->c[x] & CELL_SHIFTED)
			return x;
		if (flow_doubtful(s, row, x))
			return 0;
	}
	return 0;
}

/* Writes what is at X of ROW, of N columns, where the cursor is; where it comes to. */
static unsigned
write_at(struct out *out, const struct screen *s, const struct row *row, unsigned x, unsigned n)
{
	unsigned to;

	if (!cell_empty(row->c[x]))
		return x + render_character(out, s, row, x);
	to = behind(row, x, n);
	out_style(out, styles_get(&s->styles, cell_style(row->c[x])));
	/* Up to the edge, wherever that is from here. */
	if (to == s->cols && out->shifted && x > 0)
		out_text(out, "\033[K");
	else
		render_erase(out, to - x);
	return x;
}

/* A pass over a row: in the first, what stands between shifted cells is LEFT out; in the second it alone is written. */
struct pass {
	struct out *out;
	const struct screen *s;
	const struct row *row;
	unsigned n, at;
	bool shifted; /* as it is in the first pass */
	bool second, left;
	bool under;        /* what flow_underlay has painted is left out */
	unsigned from, to; /* of the shifted text that came last, with the doubtful characters before it */
};

/*
 * Whether the blanks at X stand directly behind shifted text, in a column of their own: most often the whole row was
 * erased in their style before the text was written.
 */
static bool
lies_under(const struct pass *p, unsigned x)
{
	cell c = p->row->c[x];

	return c && cell_empty(c) && !(c & CELL_SHIFTED) && x == p->to;
}

/* Takes note of what is at X, up to NEXT. */
static void
pass_note(struct pass *p, unsigned x, unsigned next)
{
	bool doubtful = flow_doubtful(p->s, p->row, x);

	if (doubtful || p->row->c[x] & CELL_SHIFTED) {
		if (x != p->to)
			p->from = x;
		p->to = next;
	}
	p->shifted |= doubtful;
}

static void
pass_shift(struct pass *p, unsigned x)
{
	if (p->row->c[x] & CELL_SHIFTED && !p->shifted) {
		if (!p->second)
			render_shift(p->out, 1);
		p->shifted = true;
	} else if (!(p->row->c[x] & CELL_SHIFTED) && p->shifted) {
		if (!p->second)
			render_column(p->out, x);
		p->shifted = false;
		p->at = x;
	}
}

/* What stands from X up to TO was placed absolutely between shifted cells. */
static void
pass_over(struct pass *p, unsigned x, unsigned to)
{
	p->left = true;
	if (!p->second)
		return;
	render_column(p->out, x);
	p->at = x;
	while (x < to) {
		unsigned next = behind(p->row, x, to);

		if (p->row->c[x]) {
			render_forward(p->out, x - p->at);
			p->at = write_at(p->out, p->s, p->row, x, to);
		}
		x = next;
	}
}

static void
pass_row(struct pass *p, unsigned x, bool on)
{
	unsigned next;

	for (; x < p->n; x = next) {
		next = behind(p->row, x, p->n);
		if (!p->row->c[x] || (p->under && lies_under(p, x)))
			continue;
		if (!(p->row->c[x] & CELL_SHIFTED) && p->shifted && !on) {
			unsigned to = next_shifted(p->s, p->row, x, p->n);

			if (to) {
				pass_over(p, x, to);
				next = to;
				continue;
			}
		}
		if (!p->second)
			render_forward(p->out, p->row->c[x] & CELL_SHIFTED || !p->shifted ? x - p->at : 0);
		pass_shift(p, x);
		if (!p->second)
			p->at = write_at(p->out, p->s, p->row, x, p->n);
		pass_note(p, x, next);
	}
}

bool
flow_underlay(struct out *out, const struct screen *s, const struct row *row, unsigned n)
{
	struct pass p = { .s = s, .row = row, .to = UINT_MAX };
	bool any = false;

	for (unsigned x = 0, next; x < n; x = next) {
		next = behind(row, x, n);
		if (lies_under(&p, x)) {
			any = true;
			render_column(out, p.from);
			out_style(out, styles_get(&s->styles, cell_style(row->c[x])));
			render_erase(out, next - p.from);
		}
		pass_note(&p, x, next);
	}
	return any;
}

unsigned
flow_paint(struct out *out, const struct screen *s, const struct row *row, unsigned from, unsigned to, unsigned at,
           bool on)
{
	struct pass first = { .out = out, .s = s, .row = row, .n = to, .at = at, .shifted = out->shifted,
		.to = UINT_MAX, .under = out->underlaid };
	struct pass second = first;

	pass_row(&first, from, on);
	if (first.left) {
		second.second = true;
		pass_row(&second, from, on);
	}
	return first.at;
}

unsigned
flow_cluster(const struct screen *s, const struct row *row, unsigned x)
{
	while (x > 0) {
		unsigned from = row->c[x - 1] & CELL_TAIL ? x - 2 : x - 1, n;
		const uint32_t *codes;
		uint32_t one, next;
		bool shifts = row->c[from] & CELL_SHIFTED || flow_doubtful(s, row, from);

		/* If they were not printed one after the other, and in one look, they are no cluster. */
		if (cell_empty(row->c[from]) || shifts != ((row->c[x] & CELL_SHIFTED) != 0) ||
		    (row->c[x] ^ row->c[from]) & CELL_LOOK)
			break;
		next = *clusters_codes(&s->clusters, row->c[x], &one, &n);
		codes = clusters_codes(&s->clusters, row->c[from], &one, &n);
		if (!graphemes_join(codes, n, next))
			break;
		x = from;
	}
	return x;
}

/* Where a row's text is to be printed from. */
struct start {
	unsigned x, y;
};

/* The character before column X of ROW. */
static unsigned
char_before(const struct row *row, unsigned x)
{
	return x > 1 && row->c[x - 1] & CELL_TAIL ? x - 2 : x - 1;
}

/* Whether row Y of TO is reached by printing the text of the one above over its end, without scrolling. */
static bool
flows_in(const struct screen *s, const struct flow_place *to, unsigned y)
{
	const struct row *above;
	unsigned x = s->cols;

	if (y == 0 || y == s->top || y == s->bottom + 1 || cell_empty(to->grid[y]->c[0]) ||
	    !(to->grid[y]->c[0] & CELL_SHIFTED))
		return false;
	/* Printing over the end takes the marks of the row below. */
	if (to->grid[y]->marks.has || (to->grid == s->primary && !to->grid[y]->cont))
		return false;
	above = to->grid[y - 1];
	x = char_before(above, x);
	return !cell_empty(above->c[x]) && (above->c[x] & CELL_SHIFTED || flow_doubtful(s, above, x));
}

/* From where on the row's text leads to column X, shifted; false: nothing does. */
static bool
find_start(const struct screen *s, const struct flow_place *to, unsigned x, struct start *start)
{
	unsigned y = to->y;

	for (;;) {
		const struct row *row = to->grid[y];

		if (x == 0) {
			if (!flows_in(s, to, y))
				return false;
			x = s->cols;
			y--;
			continue;
		}
		x = char_before(row, x);
		if (!(row->c[x] & CELL_SHIFTED) && flow_doubtful(s, row, x)) {
			*start = (struct start){ .x = flow_cluster(s, row, x), .y = y };
			return true;
		}
	}
}

static void
address(struct out *out, const struct flow_place *to, unsigned x, unsigned y)
{
	if (to->stays) {
		render_column(out, x);
		return;
	}
	out_format(out, "\033[%u;%uH", y - to->origin_y + 1, x - to->origin_x + 1);
	out->shifted = false;
}

/*
 * Prints the shifted cells of ROW from X, where the cursor is, up to TO; screen.shift then, if it was SHIFT.
 */
static unsigned
print_on(struct out *out, const struct screen *s, const struct row *row, unsigned x, unsigned to, unsigned shift)
{
	unsigned at = x;

	while (x < to) {
		unsigned next = cell_empty(row->c[x]) ? x + 1 : behind(row, x, to);

		if (next > to)
			break;
		if (!cell_empty(row->c[x]) && (row->c[x] & CELL_SHIFTED || !shift)) {
			render_forward(out, x - at);
			at = x + render_character(out, s, row, x);
			if (flow_doubtful(s, row, x))
				shift = at + 1;
		}
		x = next;
	}
	render_forward(out, to > at ? to - at : 0);
	return shift;
}

/* Whether the cursor is behind the first character of its row, which leads over from the row above. */
static bool
begins(const struct flow_place *to)
{
	return to->x >= (to->grid[to->y]->c[0] & CELL_WIDE ? 2 : 1);
}

/* By the text of the row to column P, where that has brought other text; screen.shift then, 0: not led there. */
static unsigned
lead(struct out *out, const struct screen *s, const struct flow_place *to, unsigned p)
{
	struct start start;
	unsigned shift = 0;

	if (s->left > 0 || s->right < s->cols - 1 || (p == 0 && !to->over && !begins(to)) ||
	    !find_start(s, to, p, &start))
		return 0;
	address(out, to, start.x, start.y);
	for (; start.y < to->y; start = (struct start){ .y = start.y + 1 }) {
		print_on(out, s, to->grid[start.y], start.x, s->cols, shift);
		shift = 1;
	}
	return print_on(out, s, to->grid[to->y], start.x, p, shift);
}

void
flow_arrive(struct out *out, const struct screen *s, const struct flow_place *to)
{
	const struct row *row = to->grid[to->y];
	unsigned p = to->lead, shift = 0;

	if (p < s->cols && row->c[p] & CELL_TAIL)
		p++;
	if (p >= s->cols)
		p = char_before(row, s->cols);
	if (to->leads)
		shift = lead(out, s, to, p);
	if (!shift)
		address(out, to, to->x, to->y);
	else if (to->x > p)
		shift = print_on(out, s, row, p, to->x, shift);
	else if (to->x < p)
		out_format(out, "\033[%uD", p - to->x);
	if (to->shift == FLOW_ANY ? !shift : shift != to->shift)
		render_shift(out, to->shift == FLOW_ANY ? 1 : to->shift);
}
