/* SPDX-License-Identifier: MIT */
/* Whether two models are equal (screen_equal): in all that a rendering restores. */
#include "compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "history.h"
#include "mark.h"
#include "parser_open.h"
#include "row.h"

struct difference {
	char *why;
	size_t cap;
};

static bool __attribute__((format(printf, 2, 3)))
differ(const struct difference *d, const char *format, ...)
{
	va_list ap;

	if (d->cap) {
		va_start(ap, format);
		vsnprintf(d->why, d->cap, format, ap);
		va_end(ap);
	}
	return false;
}

static bool
same_number(const struct difference *d, const char *name, long a, long b)
{
	return a == b || differ(d, "%s: %ld, %ld", name, a, b);
}

static bool
same_text(const struct difference *d, const char *name, const char *a, const char *b)
{
	a = a ? a : "";
	b = b ? b : "";
	return strcmp(a, b) == 0 || differ(d, "%s: \"%.80s\", \"%.80s\"", name, a, b);
}

static bool
same_style(const struct difference *d, const char *where, const struct style *a, const struct style *b)
{
	return style_equal(a, b) ||
	       differ(d, "%s: style %x %x %x %x, %x %x %x %x", where, a->fg, a->bg, a->ul, a->attr, b->fg, b->bg,
	              b->ul, b->attr);
}

static bool
same_what(const struct screen *a, cell x, const struct screen *b, cell y)
{
	const uint32_t *p, *q;
	uint32_t one, other;
	unsigned n, m;

	if (!(x & y & CELL_CLUSTER))
		return ((x ^ y) & CELL_WHAT) == 0;
	p = clusters_codes(&a->clusters, x, &one, &n);
	q = clusters_codes(&b->clusters, y, &other, &m);
	return ((x ^ y) & CELL_WHAT & ~CELL_CODE) == 0 && n == m && memcmp(p, q, n * sizeof *p) == 0;
}

static bool
same_row(const struct difference *d, const struct screen *a, const struct row *p, const struct screen *b,
         const struct row *q, const char *which, unsigned y)
{
	unsigned n = row_used(p) > row_used(q) ? row_used(p) : row_used(q);
	char where[64];

	if (p->cont != q->cont)
		return differ(d, "%s row %u: goes on with the row above: %d, %d", which, y, p->cont, q->cont);
	if (!marks_equal(&p->marks, &q->marks))
		return differ(d, "%s row %u: marks %x, %x", which, y, p->marks.has, q->marks.has);
	for (unsigned x = 0; x < n; x++) {
		cell c = p->c[x], e = q->c[x];

		snprintf(where, sizeof where, "%s row %u column %u", which, y, x);
		if (!same_what(a, c, b, e))
			return differ(d, "%s: %06x, %06x", where, (unsigned)(c & CELL_WHAT),
			    (unsigned)(e & CELL_WHAT));
		if ((c ^ e) & CELL_SHIFTED)
			return differ(d, "%s: shifted: %d, %d", where, (c & CELL_SHIFTED) != 0,
			    (e & CELL_SHIFTED) != 0);
		if (!same_style(d, where, styles_get(&a->styles, cell_style(c)),
		                styles_get(&b->styles, cell_style(e))) ||
		    !same_text(d, where, links_get(&a->links, cell_link(c)), links_get(&b->links, cell_link(e))))
			return false;
	}
	return true;
}

bool
compare_rows(const struct screen *a, const struct row *p, const struct screen *b, const struct row *q)
{
	const struct difference unsaid = { NULL, 0 };

	return same_row(&unsaid, a, p, b, q, "", 0);
}

static bool
same_grid(const struct difference *d, const struct screen *a, struct row **p, const struct screen *b,
          struct row **q, const char *which)
{
	for (unsigned y = 0; y < a->rows; y++)
		if (!same_row(d, a, p[y], b, q[y], which, y))
			return false;
	return true;
}

static bool
same_history(const struct difference *d, const struct history *a, const struct history *b)
{
	struct history_lines p = { .h = a }, q = { .h = b };

	if (!same_number(d, "lines of scrollback", (long)history_lines(a), (long)history_lines(b)))
		return false;
	while (history_lines_next(&p) && history_lines_next(&q))
		if (p.len != q.len || memcmp(p.line, q.line, p.len) != 0)
			return differ(d, "scrollback line %zu: \"%.*s\", \"%.*s\"", p.next - 1,
			              (int)(p.len < 80 ? p.len : 80), p.line, (int)(q.len < 80 ? q.len : 80), q.line);
	return true;
}

static bool
same_charsets(const struct difference *d, const char *where, const struct charsets *a, const struct charsets *b)
{
	return memcmp(a, b, sizeof *a) == 0 ||
	       differ(d, "%s: character sets %.4s %d, %.4s %d", where, (const char *)a->g, a->gl,
	       (const char *)b->g, b->gl);
}

static bool
same_saved(const struct difference *d, const char *where, const struct saved *a, const struct saved *b)
{
	return same_number(d, where, a->x, b->x) && same_number(d, where, a->y, b->y) &&
	       same_number(d, where, a->origin, b->origin) &&
	       same_number(d, where, a->shift, b->shift) && same_style(d, where, &a->pen, &b->pen) &&
	       same_charsets(d, where, &a->charsets, &b->charsets);
}

/* Where A has not been in the alternate screen, B may have: nothing but RIS makes a terminal forget that. */
static bool
same_entered(const struct difference *d, const struct screen *a, const struct screen *b)
{
	return !a->has_entered || (same_number(d, "alternate screen entered", a->has_entered, b->has_entered) &&
	                           same_saved(d, "cursor at ?1049h", &a->entered, &b->entered));
}

static bool
same_cursor(const struct difference *d, const struct screen *a, const struct screen *b)
{
	return same_number(d, "column", a->x, b->x) && same_number(d, "row", a->y, b->y) &&
	       same_number(d, "pending wrap", a->pending, b->pending) &&
	       same_number(d, "shift", a->shift, b->shift) &&
	       same_number(d, "repeatable", a->repeatable, b->repeatable) &&
	       same_number(d, "single shift", a->single, b->single) && same_style(d, "pen", &a->pen, &b->pen) &&
	       same_text(d, "pen's link", links_get(&a->links, a->pen_link), links_get(&b->links, b->pen_link)) &&
	       same_charsets(d, "now", &a->charsets, &b->charsets) &&
	       same_saved(d, "saved cursor", &a->saved[0], &b->saved[0]) &&
	       same_entered(d, a, b) &&
	       (!a->alternate || same_saved(d, "alternate saved cursor", &a->saved[1], &b->saved[1]));
}

static bool
same_kitty(const struct difference *d, const char *where, const struct kitty *a, const struct kitty *b)
{
	return same_number(d, where, a->base, b->base) && same_number(d, where, a->n, b->n) &&
	       (memcmp(a->flags, b->flags, a->n) == 0 || differ(d, "%s: flags", where));
}

static bool
same_kept(const struct difference *d, const struct kept *a, const struct kept *b)
{
	return same_number(d, "modes kept", a->bits, b->bits) &&
	       same_number(d, "kept modes", a->modes, b->modes) &&
	       same_number(d, "mouse kept", a->mouse, b->mouse) &&
	       same_number(d, "kept mouse", a->protocol, b->protocol) &&
	       same_number(d, "encoding kept", a->encoding, b->encoding) &&
	       same_number(d, "kept encoding", a->encoded, b->encoded);
}

static bool
same_modes(const struct difference *d, const struct screen *a, const struct screen *b)
{
	bool mouse = a->mouse.n == b->mouse.n &&
		memcmp(a->mouse.encoding, b->mouse.encoding, a->mouse.n * sizeof *a->mouse.encoding) == 0;

	return same_number(d, "modes", a->modes, b->modes) && same_kept(d, &a->kept, &b->kept) &&
	       same_number(d, "SPA", a->iso_protection, b->iso_protection) &&
	       same_number(d, "extent of rectangles", a->exact_extent, b->exact_extent) &&
	       same_number(d, "form of checksums", a->checksum, b->checksum) &&
	       same_number(d, "level", a->level, b->level) && same_number(d, "modes said", a->said, b->said) &&
	       same_number(d, "top margin", a->top, b->top) &&
	       same_number(d, "bottom margin", a->bottom, b->bottom) &&
	       same_number(d, "left margin", a->left, b->left) &&
	       same_number(d, "right margin", a->right, b->right) &&
	       same_number(d, "mouse", a->mouse.protocol, b->mouse.protocol) &&
	       (mouse || differ(d, "mouse encodings")) &&
	       same_kitty(d, "kitty keys", &a->kitty[0], &b->kitty[0]) &&
	       (!a->alternate || same_kitty(d, "alternate kitty keys", &a->kitty[1], &b->kitty[1])) &&
	       (memcmp(a->modifiers, b->modifiers, MODIFIERS) == 0 || differ(d, "key modifiers")) &&
	       same_number(d, "cursor shape", a->shape, b->shape) &&
	       (memcmp(a->tabs, b->tabs, a->cols) == 0 || differ(d, "tab stops"));
}

static bool
same_title(const struct difference *d, const char *where, const struct title *a, const struct title *b)
{
	if (!same_number(d, where, a->n, b->n) || !same_text(d, where, a->text, b->text))
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!same_text(d, where, a->pushed[i], b->pushed[i]))
			return false;
	return true;
}

static bool
same_colours(const struct difference *d, const struct colours *a, const struct colours *b)
{
	for (unsigned i = 0; i < COLOURS + SPECIALS; i++)
		if (!same_number(d, "palette", a->palette ? a->palette[i] : 0, b->palette ? b->palette[i] : 0))
			return false;
	for (unsigned i = 0; i < 3; i++)
		if (!same_number(d, "colour", a->dynamic[i], b->dynamic[i]))
			return false;
	return true;
}

static bool
same_progress(const struct difference *d, const struct progress *a, const struct progress *b)
{
	return same_number(d, "progress said", a->said, b->said) && same_number(d, "progress", a->state, b->state) &&
	       same_number(d, "percent", a->percent, b->percent);
}

bool
screen_equal(const struct screen *a, const struct screen *b, char *why, size_t cap)
{
	const struct difference d = { .why = why, .cap = cap };

	if (cap)
		*why = '\0';
	return same_number(&d, "rows", a->rows, b->rows) && same_number(&d, "columns", a->cols, b->cols) &&
	       same_number(&d, "alternate screen", a->alternate != NULL, b->alternate != NULL) &&
	       same_grid(&d, a, a->primary, b, b->primary, "primary") &&
	       (!a->alternate || same_grid(&d, a, a->alternate, b, b->alternate, "alternate")) &&
	       same_history(&d, &a->history, &b->history) && same_cursor(&d, a, b) && same_modes(&d, a, b) &&
	       same_title(&d, "title", &a->title[0], &b->title[0]) &&
	       same_title(&d, "icon", &a->title[1], &b->title[1]) &&
	       same_text(&d, "directory", a->place, b->place) && same_colours(&d, &a->colours, &b->colours) &&
	       same_progress(&d, &a->progress, &b->progress) &&
	       (parser_equal(&a->parser, &b->parser) || differ(&d, "open sequence"));
}
