/* SPDX-License-Identifier: MIT */
#include "render_basic.h"

#include <string.h>

#include "history.h"
#include "model.h"
#include "row.h"

/* Where the cursor of the terminal is: X columns of the row are behind it. */
struct place {
	struct out *out;
	const struct screen *s;
	unsigned x;
	bool last_row; /* of a terminal that scrolls when its last column is written to: that stays blank */
};

static void
end_row(struct place *p)
{
	bool wrapped = p->x == p->s->cols && out_can(p->out, TERMCAN_WRAPS) && !out_can(p->out, TERMCAN_STAYS);

	out_drawing(p->out, false);
	out_plain(p->out);
	/* Behind its last column such a terminal is in the next row already. */
	if (!wrapped)
		out_text(p->out, "\r\n");
	p->x = 0;
}

/* One code point that takes COLUMNS.  Columns that its likeness does not take become blank. */
static void
character(struct place *p, uint32_t code, unsigned columns)
{
	unsigned took;

	if (p->last_row && p->x + columns >= p->s->cols)
		return;
	if (p->x + columns > p->s->cols) {
		if (!out_can(p->out, TERMCAN_WRAPS))
			end_row(p);
		p->x = 0;
	}
	took = out_character(p->out, code, columns);
	for (; took < columns; took++)
		out_character(p->out, code < 0xff00 || code > 0xff5f ? '?' : ' ', 1);
	p->x += columns;
}

/* What joins the character before it.  A terminal without UTF-8 has nothing for that. */
static void
joins(struct place *p, const uint32_t *code, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (out_can(p->out, TERMCAN_UTF8))
			out_code(p->out, code[i]);
}

static void
cell_character(struct place *p, cell c)
{
	const char *link = links_get(&p->s->links, cell_link(c));
	const uint32_t *codes;
	uint32_t one;
	unsigned n, columns = c & CELL_WIDE ? 2 : 1;

	out_style(p->out, styles_get(&p->s->styles, cell_style(c)));
	out_link(p->out, link, strlen(link));
	codes = clusters_codes(&p->s->clusters, c, &one, &n);
	character(p, codes[0], columns);
	joins(p, codes + 1, n - 1);
}

/* Blanks from the cursor up to column TO, in the style C; a plain one is passed over. */
static void
blanks(struct place *p, cell c, unsigned to)
{
	unsigned n = to - p->x;

	if (to <= p->x)
		return;
	out_drawing(p->out, false);
	out_link(p->out, "", 0);
	out_style(p->out, styles_get(&p->s->styles, cell_style(c)));
	if (!p->out->style.bg || out_can(p->out, TERMCAN_ERASES | TERMCAN_ERASES_COLOURED)) {
		if (p->out->style.bg)
			out_format(p->out, "\033[%uX", n);
		/* From the last column there is no way on. */
		if (to == p->s->cols)
			return;
		out_format(p->out, "\033[%uC", n);
		p->x = to;
		return;
	}
	while (p->x < to && !(p->last_row && p->x + 1 == p->s->cols))
		character(p, ' ', 1);
}

/* ROW from its first column, where the cursor is. */
static void
paint(struct place *p, const struct row *row)
{
	unsigned n = row_used(row);

	p->x = 0;
	for (unsigned x = 0; x < n; x++) {
		unsigned from = x;
		cell c = row->c[x];

		if (c & CELL_TAIL)
			continue;
		if (cell_empty(c)) {
			while (x + 1 < n && row->c[x + 1] == c)
				x++;
			if (c && p->out->target->colours)
				blanks(p, c, x + 1);
			continue;
		}
		blanks(p, 0, from);
		cell_character(p, c);
	}
	out_drawing(p->out, false);
}

/* A line of the scrollback. */
static void
history_text(struct place *p, const unsigned char *line, size_t len)
{
	struct history_at at;

	p->x = 0;
	history_begin(&at, line, len);
	while (history_next(&at)) {
		if (at.marked)
			continue;
		out_style(p->out, &at.style);
		out_link(p->out, at.link_len ? at.link : "", at.link_len);
		character(p, at.what.code[0], at.width);
		joins(p, at.what.code + 1, at.what.n - 1);
	}
	out_link(p->out, "", 0);
}

static void
history(struct place *p, size_t from)
{
	struct history_lines l = { .h = &p->s->history, .next = from };

	while (history_lines_next(&l)) {
		history_text(p, l.line, l.len);
		end_row(p);
	}
}

/* The line that the caller wants above the screen; of UTF-8, as much as the terminal takes. */
static void
note(struct place *p, const char *text)
{
	static const struct style dim = { .attr = STYLE_DIM };

	out_style(p->out, &dim);
	p->x = 0;
	for (; (unsigned char)*text >= 0x20 && p->x < p->s->cols; text++) {
		bool begins = ((unsigned char)*text & 0xc0) != 0x80;

		if ((unsigned char)*text < 0x80 || out_can(p->out, TERMCAN_UTF8))
			out_bytes(p->out, text, 1);
		else if (begins)
			out_text(p->out, "?");
		p->x += begins;
	}
	end_row(p);
}

/* Whether ROW, below ABOVE, goes on where the terminal's own wrap leads to. */
static bool
wraps_itself(const struct place *p, const struct row *row)
{
	return row->cont && p->x == p->s->cols && !cell_empty(row->c[0]) && out_can(p->out, TERMCAN_WRAPS);
}

void
render_basic_stream(struct out *out, const struct screen *s, const struct screen_render_options *o)
{
	struct place p = { .out = out, .s = s };

	if (!o->no_scrollback)
		history(&p, o->skip);
	if (o->line)
		note(&p, o->line);
	for (unsigned y = 0; y < s->rows; y++) {
		const struct row *row = s->primary[y];

		if (y > 0 && !wraps_itself(&p, row))
			end_row(&p);
		p.last_row = y == s->rows - 1 && !out_can(out, TERMCAN_STAYS) && out_can(out, TERMCAN_WRAPS);
		paint(&p, row);
	}
	out_link(out, "", 0);
	out_plain(out);
}

void
render_basic_alternate(struct out *out, const struct screen *s)
{
	struct place p = { .out = out, .s = s };

	for (unsigned y = 0; y < s->rows; y++) {
		if (!row_used(s->alternate[y]))
			continue;
		out_format(out, "\033[%u;1H", y + 1);
		p.last_row = y == s->rows - 1 && !out_can(out, TERMCAN_STAYS) && out_can(out, TERMCAN_WRAPS);
		paint(&p, s->alternate[y]);
	}
	out_link(out, "", 0);
	out_plain(out);
}

void
render_basic_character(struct out *out, const struct screen *s, const struct row *row, unsigned x)
{
	struct place p = { .out = out, .s = s, .x = x };

	cell_character(&p, row->c[x]);
	out_drawing(out, false);
}

void
render_text(struct out *out, const struct screen *s, const struct screen_render_options *o)
{
	struct place p = { .out = out, .s = s };

	out_text(out, "\r\n");
	if (o->line)
		note(&p, o->line);
	for (unsigned y = 0; y <= s->y; y++) {
		unsigned n = y == s->y ? s->x : row_used(s->row[y]);

		p.x = 0;
		for (unsigned x = 0; x < n; x++) {
			cell c = s->row[y]->c[x];

			if (!(c & CELL_TAIL))
				cell_character(&p, cell_empty(c) ? cell_with(c, ' ') : c);
		}
		if (y < s->y)
			end_row(&p);
	}
}
