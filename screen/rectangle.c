/* SPDX-License-Identifier: MIT */
#include "rectangle.h"

#include <string.h>

#include "answer_queue.h"
#include "charset.h"
#include "edit.h"
#include "grid.h"
#include "model.h"
#include "row.h"
#include "tidy.h"
#include "used.h"
#include "width.h"

/* Rows and columns of the screen, from 0, inclusive. */
struct area {
	unsigned top, left, bottom, right;
};

/* Forms of the checksum, XTCHECKSUM. */
#define SUM_POSITIVE 0x01u
#define SUM_NO_LOOKS 0x02u
#define SUM_BLANKS 0x04u    /* those at the end of a row count too */
#define SUM_WRITTEN 0x08u   /* cells that nothing was written to don't count */
#define SUM_WHOLE 0x10u     /* not only the low byte of a character, and what joins it */
#define SUM_ALL 0x3fu

/* The parameter I, a position within FROM and TO, or DEFLT. */
static unsigned
position(const struct screen *s, unsigned i, unsigned from, unsigned to, unsigned deflt)
{
	unsigned v = parser_param(&s->parser, i, 0);

	if (!v)
		return deflt;
	v = v - 1 + (mode(s, MODE_ORIGIN) ? from : 0);
	return v < from ? from : v > to ? to : v;
}

/* Where rectangles may be: the screen, or the margins in origin mode. */
static struct area
limits(const struct screen *s)
{
	if (mode(s, MODE_ORIGIN))
		return (struct area){ s->top, s->left, s->bottom, s->right };
	return (struct area){ 0, 0, s->rows - 1, s->cols - 1 };
}

/* Reads the area from parameter I on; false: there is none. */
static bool
area_at(const struct screen *s, unsigned i, struct area *a)
{
	struct area in = limits(s);

	a->top = position(s, i, in.top, in.bottom, in.top);
	a->left = position(s, i + 1, in.left, in.right, in.left);
	a->bottom = position(s, i + 2, in.top, in.bottom, in.bottom);
	a->right = position(s, i + 3, in.left, in.right, in.right);
	return a->top <= a->bottom && a->left <= a->right;
}

/* Copies the N cells from X on of ROW; halves of wide characters at their ends become BLANK. */
static void
pick(const struct row *row, unsigned x, unsigned n, cell blank, cell *to)
{
	memcpy(to, row->c + x, n * sizeof *to);
	if (to[0] & CELL_TAIL)
		to[0] = blank;
	if (to[n - 1] & CELL_WIDE)
		to[n - 1] = blank;
}

static void
put(struct screen *s, struct row *row, unsigned x, unsigned n, cell blank, const cell *from)
{
	row_split(row, s->cols, x, blank);
	row_split(row, s->cols, x + n, blank);
	row_extend(row, x + n);
	row->odd = true; /* for all that is known here */
	memcpy(row->c + x, from, n * sizeof *from);
}

void
rectangle_copy(struct screen *s)
{
	struct area from, in = limits(s);
	unsigned y = position(s, 5, in.top, in.bottom, in.top), x = position(s, 6, in.left, in.right, in.left);
	unsigned height, width;
	cell blank = grid_blank(s), cells[SCREEN_COLS_MAX];

	if (!area_at(s, 0, &from))
		return;
	height = from.bottom - from.top + 1;
	width = from.right - from.left + 1;
	if (height > in.bottom - y + 1)
		height = in.bottom - y + 1;
	if (width > in.right - x + 1)
		width = in.right - x + 1;
	used_stray(s);
	/* A row is read before it is overwritten. */
	for (unsigned i = 0; i < height; i++) {
		unsigned k = y > from.top ? height - 1 - i : i;

		pick(s->row[from.top + k], from.left, width, blank, cells);
		put(s, s->row[y + k], x, width, blank, cells);
	}
	grid_settle(s);
}

static void
fill(struct screen *s, const struct area *a, cell c)
{
	cell blank = grid_blank(s);

	for (unsigned y = a->top; y <= a->bottom; y++) {
		row_split(s->row[y], s->cols, a->left, blank);
		row_split(s->row[y], s->cols, a->right + 1, blank);
		row_fill(s->row[y], a->left, a->right + 1, c);
		s->row[y]->odd |= !cell_empty(c);
	}
	grid_settle(s);
}

static bool
is_printable(unsigned code)
{
	return code >= 0x20 && (code < 0x7f || code >= 0xa0) && (code < 0xd800 || code >= 0xe000) && code < 0xfffe;
}

void
rectangle_fill(struct screen *s)
{
	unsigned code = parser_param(&s->parser, 0, ' ');
	struct area a;

	if (!is_printable(code) || width_of(code) != 1)
		return;
	if (code < 0x7f)
		code = charset_map(s, code);
	if (!area_at(s, 1, &a))
		return;
	used_stray(s);
	if (styles_full(&s->styles))
		tidy_styles(s);
	fill(s, &a, cell_make(code, styles_number(&s->styles, &s->pen), s->pen_link));
}

void
rectangle_erase(struct screen *s, bool selective)
{
	struct area a;
	cell blank = grid_blank(s);

	if (!area_at(s, 0, &a))
		return;
	used_stray(s);
	if (!selective || s->iso_protection) {
		fill(s, &a, blank);
		return;
	}
	for (unsigned y = a.top; y <= a.bottom; y++)
		edit_erase_cells(s, y, a.left, a.right + 1, true);
	grid_settle(s);
}

/* What a parameter of DECCARA and DECRARA is about. */
static uint32_t
attribute(unsigned parameter)
{
	switch (parameter) {
	case 1:
		return STYLE_BOLD;
	case 4:
		return STYLE_UNDERLINE;
	case 5:
		return STYLE_BLINK | STYLE_RAPID;
	case 7:
		return STYLE_INVERSE;
	case 8:
		return STYLE_CONCEAL;
	}
	return 0;
}

static uint32_t
turned(uint32_t attr, uint32_t bits)
{
	static const uint32_t one = 1u << STYLE_UNDERLINE_SHIFT;

	if (attr & bits)
		return attr & ~bits;
	return attr | (bits == STYLE_UNDERLINE ? one : bits & ~STYLE_RAPID);
}

/* The attributes ATTR after the SGR parameters from the fifth one on. */
static uint32_t
marked(const struct parser *p, uint32_t attr, bool toggle)
{
	static const unsigned all[] = { 1, 4, 5, 7, 8 };

	for (unsigned i = 4; i < p->nparam || i == 4; i++) {
		unsigned v = parser_param(p, i, 0);
		uint32_t bits = attribute(v);

		if (bits && (toggle || !(attr & bits)))
			attr = turned(attr, bits);
		else if (!toggle && v > 20)
			attr &= ~attribute(v == 22 ? 1 : v - 20);
		for (unsigned k = 0; v == 0 && k < sizeof all / sizeof *all; k++)
			attr = toggle ? turned(attr, attribute(all[k])) : attr & ~attribute(all[k]);
	}
	return attr;
}

/* Marks the cells of ROW from X to END; in a stream only those with text. */
static void
mark(struct screen *s, struct row *row, unsigned x, unsigned end, bool toggle)
{
	uint32_t last = UINT32_MAX, number = 0;

	if (s->exact_extent)
		row_extend(row, end + 1);
	for (; x <= end && x < row->len; x++) {
		cell *c = &row->c[x];
		struct style style = *styles_get(&s->styles, cell_style(*c));

		if (!(*c & CELL_WHAT) && !s->exact_extent)
			continue;
		if (cell_style(*c) != last) {
			last = cell_style(*c);
			style.attr = marked(&s->parser, style.attr, toggle);
			number = styles_number(&s->styles, &style);
		}
		*c = cell_make(*c & CELL_WHAT ? *c & CELL_WHAT : ' ', number, cell_link(*c)) | (*c & CELL_SHIFTED);
	}
}

void
rectangle_mark(struct screen *s, bool toggle)
{
	struct area a;

	if (!area_at(s, 0, &a))
		return;
	used_stray(s);
	if (styles_full(&s->styles))
		tidy_styles(s);
	for (unsigned y = a.top; y <= a.bottom; y++) {
		struct row *row = s->row[y];
		unsigned from = s->exact_extent || y == a.top ? a.left : 0;
		unsigned to = s->exact_extent || y == a.bottom ? a.right : s->cols - 1;

		/* Both halves of a wide character have one style. */
		if (from > 0 && row->c[from] & CELL_TAIL)
			from--;
		if (row->c[to] & CELL_WIDE)
			to++;
		mark(s, row, from, to, toggle);
	}
}

void
rectangle_extent(struct screen *s)
{
	if (parser_param(&s->parser, 0, 0) <= 2)
		s->exact_extent = parser_param(&s->parser, 0, 0) == 2;
}

static unsigned
sum_of_looks(const struct style *style)
{
	return (style->attr & STYLE_UNDERLINE ? 0x10u : 0) + (style->attr & STYLE_INVERSE ? 0x20u : 0) +
	       (style->attr & STYLE_BLINK ? 0x40u : 0) + (style->attr & STYLE_BOLD ? 0x80u : 0);
}

/* What the cell C adds, without its looks. */
static unsigned
sum_of_text(const struct screen *s, cell c)
{
	const uint32_t *codes;
	uint32_t one, code;
	unsigned n;

	if (!(c & CELL_WHAT))
		return ' ';
	codes = clusters_codes(&s->clusters, c, &one, &n);
	code = codes[0];
	if (!(s->checksum & SUM_WHOLE))
		return code & 0xff;
	for (unsigned i = 1; i < n; i++)
		code += codes[i];
	return code;
}

/* The sum of the cells A->left to A->right of ROW; FIRST: the first of all counts even if it is blank. */
static unsigned
sum_of_row(const struct screen *s, const struct row *row, const struct area *a, bool first)
{
	unsigned sum = 0, blanks = 0;

	for (unsigned x = a->left; x <= a->right; x++, first = false) {
		cell c = row->c[x];
		const struct style *style = styles_get(&s->styles, cell_style(c));
		unsigned v;

		if ((c & CELL_TAIL) || (!(c & CELL_WHAT) && s->checksum & SUM_WRITTEN))
			continue;
		v = sum_of_text(s, c) + (s->checksum & SUM_NO_LOOKS ? 0 : sum_of_looks(style));
		if (v == ' ' && !first && !cell_style(c)) {
			blanks += s->checksum & SUM_BLANKS ? v : 0;
			continue;
		}
		sum += v + blanks;
		blanks = 0;
	}
	return sum + blanks;
}

void
rectangle_checksum(struct screen *s)
{
	struct area a;
	unsigned sum = 0;

	/* Many of these in a row would take a second a megabyte, and most of them get no answer. */
	if (!answer_wanted(s))
		return;
	if (area_at(s, 2, &a))
		for (unsigned y = a.top; y <= a.bottom; y++)
			sum += sum_of_row(s, s->row[y], &a, y == a.top);
	if (!(s->checksum & SUM_POSITIVE))
		sum = -sum;
	answer_queue(s, "\033P%u!~%04X\033\\", parser_param(&s->parser, 0, 0), sum & 0xffff);
}

void
rectangle_checksum_form(struct screen *s)
{
	s->checksum = (unsigned char)(parser_param(&s->parser, 0, 0) & SUM_ALL);
}
