/* SPDX-License-Identifier: MIT */
/* The rows of a model in the forms that people and scripts read (screen.h). */
#include <string.h>

#include "export_form.h"
#include "export_html.h"
#include "history.h"
#include "model.h"
#include "row.h"
#include "utf8.h"

#define SEEN_BLANK (STYLE_INVERSE | STYLE_UNDERLINE | STYLE_STRIKE | STYLE_OVERLINE) /* a blank shows these */

/* Where rows go: what is blank is written only when something comes behind it. */
struct export {
	struct out out;
	const struct export_form *form;
	const struct screen *s;
	unsigned blanks; /* at the end of the row, not written yet */
	size_t rows;     /* … and rows that have ended */
	bool trims;      /* … of which those at the end of all are left out */
};

static void
begin_nothing(struct out *out, const struct screen *s)
{
	(void)out;
	(void)s;
}

static void
end_nothing(struct out *out)
{
	(void)out;
}

static void
look_of_text(struct out *out, const struct screen *s, const struct export_look *look)
{
	(void)out;
	(void)s;
	(void)look;
}

static void
look_of_ansi(struct out *out, const struct screen *s, const struct export_look *look)
{
	(void)s;
	out_style(out, &look->style);
	out_link(out, look->link, look->link_len);
}

static void
plain_ansi(struct out *out)
{
	out_link(out, "", 0);
	out_plain(out);
}

static const struct export_form text = {
	.begin = begin_nothing, .look = look_of_text, .code = out_code, .plain = end_nothing, .end = end_nothing,
};

static const struct export_form ansi = {
	.looks = true,
	.begin = begin_nothing, .look = look_of_ansi, .code = out_code, .plain = plain_ansi, .end = end_nothing,
};

static const struct export_form *const forms[] = {
	[SCREEN_TEXT] = &text, [SCREEN_ANSI] = &ansi, [SCREEN_HTML] = &export_html,
};

/* Writes the ends of rows that wait. */
static void
end_rows(struct export *e)
{
	for (; e->rows; e->rows--)
		out_text(&e->out, "\n");
}

static void
end_row(struct export *e)
{
	e->form->plain(&e->out);
	e->blanks = 0;
	e->rows++;
	if (!e->trims)
		end_rows(e);
}

static void
write_blanks(struct export *e)
{
	static const struct export_look none = { .link = "" };

	end_rows(e);
	if (e->blanks)
		e->form->look(&e->out, e->s, &none);
	for (; e->blanks; e->blanks--)
		e->form->code(&e->out, ' ');
}

/* One character: its N code points, or nothing for a position without text. */
static void
put(struct export *e, const struct export_look *look, const uint32_t *codes, unsigned n)
{
	bool blank = !n || (n == 1 && *codes == ' ');

	if (blank && !(e->form->looks && (look->style.bg || look->style.attr & SEEN_BLANK))) {
		e->blanks++;
		return;
	}
	write_blanks(e);
	e->form->look(&e->out, e->s, look);
	if (blank)
		e->form->code(&e->out, ' ');
	/* Bytes that are no character appear as in a UTF-8 terminal. */
	for (unsigned i = 0; !blank && i < n; i++)
		e->form->code(&e->out, codes[i] < UTF8_RAW ? codes[i] : UTF8_REPLACEMENT);
}

static void
put_row(struct export *e, const struct row *row)
{
	unsigned used = row_used(row), n = 0;
	const uint32_t *codes = NULL;
	uint32_t one;

	for (unsigned x = 0; x < used; x++) {
		cell c = row->c[x];
		const char *link = links_get(&e->s->links, cell_link(c));
		struct export_look look = { .style = *styles_get(&e->s->styles, cell_style(c)), .link = link,
			                    .link_len = strlen(link) };

		if (c & CELL_TAIL)
			continue;
		n = 0;
		if (!cell_empty(c))
			codes = clusters_codes(&e->s->clusters, c, &one, &n);
		put(e, &look, codes, n);
	}
	end_row(e);
}

/* The rows of a line of the scrollback at the present width; the screen may go on with the last of them. */
static void
put_line(struct export *e, const unsigned char *line, size_t len)
{
	struct history_at at;
	unsigned x = 0;

	history_begin(&at, line, len);
	while (history_next(&at)) {
		struct export_look look = { .style = at.style,
			                    .link = at.link_len ? at.link : "",
			                    .link_len = at.link_len };

		if (at.marked)
			continue;
		if (x + at.width > e->s->cols) {
			end_row(e);
			x = 0;
		}
		x += at.width;
		put(e, &look, at.what.code, at.what.n);
	}
	end_row(e);
}

void
screen_export(const struct screen *s, const struct screen_export_options *o, screen_put *to_put, void *to)
{
	struct export e = { .form = forms[o->form], .s = s, .trims = o->trims };
	size_t all = history_lines(&s->history);
	struct history_lines l = { .h = &s->history, .next = o->lines < all ? all - o->lines : 0 };

	out_begin(&e.out, NULL, to_put, to);
	e.form->begin(&e.out, s);
	while (o->lines && (!o->goes_on || o->goes_on(to)) && history_lines_next(&l))
		put_line(&e, l.line, l.len);
	for (unsigned y = 0; y < s->rows; y++)
		put_row(&e, s->row[y]);
	if (e.rows && e.trims)
		out_text(&e.out, "\n");
	e.form->end(&e.out);
	out_flush(&e.out);
}

void
screen_text(const struct screen *s, bool with_scrollback, screen_put *to_put, void *to)
{
	screen_export(s,
	              &(struct screen_export_options){ .form = SCREEN_TEXT, .lines = with_scrollback ? SIZE_MAX : 0 },
	              to_put, to);
}
