/* SPDX-License-Identifier: MIT */
/*
 * Rows and lines of a rendering.  To continue the row above, a rendering prints over its end, so that the
 * terminal knows that they are one line.  If the row's own characters do not do this (a blank comes first, or a
 * background would fill the new row), the rendering prints a filler and then paints over it.
 */
#include "render_rows.h"

#include <string.h>

#include "flow.h"
#include "history.h"
#include "mark.h"
#include "model.h"
#include "render_cell.h"
#include "render_cursor.h"
#include "row.h"
#include "trail_render.h"

#define WIDE_BLANK "\xe3\x80\x80" /* U+3000 */

/* Where the stream has come to: X columns of the row are behind it. */
struct stream {
	struct out *out;
	const struct screen *s;
	unsigned x;
};

/*
 * Paints the cells FROM to TO, not included, of ROW; the cursor is at column AT; where it comes to.  ON: more comes, to
 * which the cursor leads from there.
 */
static unsigned
paint_cells(struct out *out, const struct screen *s, const struct row *row, unsigned from, unsigned to, unsigned at,
            bool on)
{
	if (row->odd || out->shifted)
		return flow_paint(out, s, row, from, to, at, on);
	return render_cells(out, s, row->c, from, to, at);
}

static void
write_marks(struct out *out, const struct row *row, unsigned at)
{
	struct mark mark;

	for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++)
		if (marks_get(&row->marks, kind, at, &mark))
			mark_write(out, &mark);
}

/*
 * The marks of ROW that stand behind its last column, where the cursor is to be, with a wrap pending.  If that column
 * has no text now, a blank is printed there and erased again.  Where the cursor comes to.
 */
static unsigned
edge_marks(struct out *out, const struct screen *s, const struct row *row, unsigned at)
{
	cell last = row->c[s->cols - 1];

	if (at < s->cols) {
		render_forward(out, s->cols - 1 - at);
		out_style(out, styles_get(&s->styles, cell_style(last)));
		out_text(out, " ");
	}
	write_marks(out, row, s->cols);
	if (at < s->cols)
		render_erase(out, 1);
	return at < s->cols ? s->cols - 1 : at;
}

/* The same as paint, of a row that a shell has marked. */
static unsigned
paint_marked(struct out *out, const struct screen *s, const struct row *row, bool wrapped)
{
	unsigned n = row_used(row), x = 0, at = 0;
	bool edge;

	for (unsigned next = 0; (next = marks_next(&row->marks, next)) < s->cols; next++) {
		/* Within a wide character: before it. */
		bool within = next < n && row->c[next] & CELL_TAIL;
		unsigned to = within ? next - 1 : next;

		if (x < to && x < n) {
			at = paint_cells(out, s, row, x, to < n ? to : n, at, true);
			x = to;
		}
		render_forward(out, next - at);
		at = next;
		write_marks(out, row, next);
		if (within) {
			out_text(out, "\b");
			at--;
		}
	}
	edge = marks_next(&row->marks, s->cols) == s->cols;
	at = paint_cells(out, s, row, x, n, at, wrapped || edge);
	return edge ? edge_marks(out, s, row, at) : at;
}

/*
 * Paints ROW from its first column on; where the cursor comes to.  BEGINS: the cursor is in that column, and not behind
 * the last one of the row above.  WRAPPED: the row below goes on with it.
 */
static unsigned
paint(struct out *out, const struct screen *s, const struct row *row, bool begins, bool wrapped)
{
	unsigned x;

	if (begins && !wrapped && trail_paint(out, s, row))
		return 0;
	if (row->marks.has && out_can(out, TERMCAN_MARKS))
		return paint_marked(out, s, row, wrapped);
	if (begins && !wrapped && row->odd && flow_underlay(out, s, row, row_used(row))) {
		out_text(out, "\r");
		out->underlaid = true;
	}
	x = paint_cells(out, s, row, 0, row_used(row), 0, wrapped);
	out->underlaid = false;
	return x;
}

static void
new_line(struct stream *st)
{
	out_plain(st->out);
	out_text(st->out, "\r\n");
	st->out->shifted = false;
	st->x = 0;
}

/*
 * Over the end of a row to the next one, by TEXT of so many COLUMNS in the present style, and back to its first
 * column: by relative motion if what comes there is SHIFTED.
 */
static void
over(struct stream *st, const char *text, unsigned columns, bool shifted)
{
	out_text(st->out, text);
	if (shifted && st->out->shifted) {
		/* In a terminal of two columns a wrap is pending behind two. */
		out_text(st->out, columns == 2 && st->s->cols > 2 ? "\b\b" : "\b");
		return;
	}
	out_text(st->out, "\r");
	st->out->shifted = false;
}

/* The same, in no style: behind the last column, or if that is not TAKEN, past it, as a wide character does. */
static void
filler(struct stream *st, bool taken, bool shifted)
{
	out_plain(st->out);
	out_link(st->out, "", 0);
	over(st, taken ? " " : WIDE_BLANK, taken ? 1 : 2, shifted);
}

/* The character at AT comes next, within a line of the scrollback. */
static void
lead_over(struct stream *st, const struct history_at *at)
{
	bool placed = at->column && st->out->shifted;

	if (st->x + at->width > st->s->cols) {
		if (at->style.bg || placed)
			filler(st, st->x == st->s->cols, !placed);
		st->x = 0;
	} else if (placed) {
		render_column(st->out, at->column - 1);
	}
}

/* A prompt within a line comes first in one of its rows. */
static void
stream_mark(struct stream *st, const struct mark *mark)
{
	if (mark->kind == MARK_PROMPT && st->x) {
		if (!out_can(st->out, TERMCAN_MARKS))
			return;
		filler(st, st->x == st->s->cols, true);
		st->x = 0;
	}
	mark_write(st->out, mark);
}

/* A run of ASCII from P on in one style: it leads over by itself. */
static size_t
ascii_run(struct stream *st, const struct history_at *at)
{
	size_t n = 0, x;

	if (at->style.bg)
		return 0;
	while (at->p + n < at->end && at->p[n] >= 0x20 && at->p[n] < 0x7f)
		n++;
	/* The last of them may be the base of a cluster. */
	if (n && at->p + n < at->end && at->p[n] >= 0x80)
		n--;
	if (n) {
		out_bytes(st->out, at->p, n);
		x = st->x + n;
		st->x = x <= st->s->cols ? (unsigned)x : (unsigned)((x - 1) % st->s->cols + 1);
	}
	return n;
}

/* A line of the scrollback, from the first column on. */
static void
stream_line(struct stream *st, const unsigned char *line, size_t len)
{
	struct history_at at;

	st->x = 0;
	history_begin(&at, line, len);
	while (history_next(&at)) {
		if (at.marked) {
			stream_mark(st, &at.mark);
			continue;
		}
		lead_over(st, &at);
		out_style(st->out, &at.style);
		out_link(st->out, at.link_len ? at.link : "", at.link_len);
		render_codes(st->out, at.what.code, at.what.n, at.width);
		st->x += at.width;
		at.p += ascii_run(st, &at);
	}
}

/* Whether the first character of ROW, printed over the end of the row above, needs no filler. */
static bool
leads_over(const struct stream *st, const struct row *row)
{
	cell first = row->c[0];

	return !cell_empty(first) && styles_get(&st->s->styles, cell_style(first))->bg == 0 &&
	       st->out->shifted == ((first & CELL_SHIFTED) != 0) &&
	       !(row->marks.has && marks_next(&row->marks, 0) <= (first & CELL_WIDE ? 1 : 0));
}

/* From the row ABOVE, painted up to column X, NULL: a line of the scrollback, over its end to ROW. */
static void
stream_wrap(struct stream *st, const struct row *above, const struct row *row)
{
	const struct screen *s = st->s;
	cell last = above ? above->c[s->cols - 1] : 0;
	bool shifted = row->c[0] & CELL_SHIFTED || !row->c[0];

	if (st->x == s->cols) {
		if (leads_over(st, row))
			return;
		filler(st, true, shifted);
		render_erase(st->out, 1);
		return;
	}
	render_forward(st->out, s->cols - 1 - st->x);
	if (last == 0 && (row->c[0] & CELL_WIDE) && leads_over(st, row))
		return;
	out_link(st->out, "", 0);
	out_style(st->out, styles_get(&s->styles, cell_style(last)));
	over(st, WIDE_BLANK, 2, shifted);
	/* With the wide character ghostty clears the column that it left free above, in the present style. */
	if (last)
		render_erase(st->out, 2);
	out_plain(st->out);
	render_erase(st->out, s->cols);
}

/* The cursor's row, which is the last of all, as far as the cursor; false: that takes more than this row. */
static bool
paint_last(struct out *out, const struct screen *s)
{
	struct render_last last = { 0 };
	unsigned again;

	if (s->repeatable)
		last = render_last(out, s);
	if (!trail_leads_to(s, last.from, last.to, &again))
		return false;
	trail_arrive(out, s, again);
	return true;
}

/* The line that the caller wants above the screen: dim, cut to the width. */
static void
stream_note(struct stream *st, const char *text)
{
	static const struct style dim = { .attr = STYLE_DIM };
	unsigned x = 0;

	out_link(st->out, "", 0);
	out_style(st->out, &dim);
	for (; (unsigned char)*text >= 0x20 && x < st->s->cols; text++) {
		x += ((unsigned char)*text & 0xc0) != 0x80;
		out_bytes(st->out, text, 1);
	}
	while (((unsigned char)*text & 0xc0) == 0x80)
		out_bytes(st->out, text++, 1);
	new_line(st);
}

/* The lines of the scrollback from FROM on, without the end of the last if the screen goes on with it. */
static void
stream_history(struct stream *st, size_t from)
{
	struct history_lines l = { .h = &st->s->history, .next = from };

	while (history_lines_next(&l)) {
		stream_line(st, l.line, l.len);
		if (l.next < history_lines(l.h) || !st->s->primary[0]->cont)
			new_line(st);
	}
}

void
render_stream(struct out *out, const struct screen *s, const struct screen_render_options *o)
{
	struct stream st = { .out = out, .s = s };
	bool all = !o->no_scrollback && o->skip < history_lines(&s->history);
	bool on = s->primary[0]->cont && all;

	if (all)
		stream_history(&st, o->skip);
	if (o->line) {
		if (on)
			new_line(&st);
		stream_note(&st, o->line);
		on = false;
	}
	/* From here on it is what will be seen. */
	if (out_can(out, TERMCAN_SYNCHRONIZED))
		out_text(out, "\033[?2026h");
	for (unsigned y = 0; y <= (out->stays ? s->y : s->rows - 1); y++) {
		const struct row *row = s->primary[y];

		if (y == 0 ? on : row->cont)
			stream_wrap(&st, y ? s->primary[y - 1] : NULL, row);
		else if (y > 0)
			new_line(&st);
		if (out->stays && y == s->y && paint_last(out, s))
			break;
		st.x = paint(out, s, row, y ? !row->cont : !on, y + 1 < s->rows && s->primary[y + 1]->cont);
	}
	out_plain(out);
	out_link(out, "", 0);
}

/* Whether a program has printed over the end of row Y of the alternate screen to the next one. */
static bool
goes_on(const struct screen *s, unsigned y)
{
	const struct row *next = y + 1 < s->rows ? s->alternate[y + 1] : NULL;

	return next && next->c[0] & CELL_SHIFTED && !cell_empty(next->c[0]) &&
	       styles_get(&s->styles, cell_style(next->c[0]))->bg == 0 && !next->marks.has;
}

void
render_alternate(struct out *out, const struct screen *s)
{
	unsigned x = 0;
	bool begins;

	for (unsigned y = 0; y < s->rows; y++) {
		const struct row *row = s->alternate[y];

		if (!row_used(row)) {
			x = 0;
			continue;
		}
		begins = y == 0 || x != s->cols || !out->shifted || !goes_on(s, y - 1);
		if (begins) {
			out_format(out, "\033[%uH", y + 1);
			out->shifted = false;
		}
		x = paint(out, s, row, begins, goes_on(s, y));
	}
	out_plain(out);
	out_link(out, "", 0);
}
