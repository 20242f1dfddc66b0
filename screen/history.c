/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "row.h"
#include "utf8.h"
#include "width.h"

/* In a line: a change of style or link for what follows. */
#define MARK_STYLE 0x01 /* a byte that says which fields follow, the fields */
#define MARK_LINK 0x02  /* 2 bytes of length, high first, the text; 0: no link */

#define STYLE_BYTES_MAX (2 + 3 * 4 + 2)
#define CELL_BYTES_MAX (STYLE_BYTES_MAX + 3 + CLUSTER_CODES * UTF8_MAX)
#define BYTES_PER_LINE 1024 /* the bound on bytes, for each line allowed */
#define BYTES_MAX 16777216  /* … and for all of them */

void
history_free(struct history *h)
{
	free(h->bytes);
	free(h->len);
	*h = (struct history){ .max = h->max };
}

size_t
history_lines(const struct history *h)
{
	return h->past - h->first;
}

void
history_clear(struct history *h)
{
	history_free(h);
}

size_t
history_memory(const struct history *h)
{
	return h->cap + h->lens * sizeof *h->len;
}

const unsigned char *
history_line(const struct history *h, size_t i, size_t *len)
{
	const unsigned char *p = h->bytes + h->start;

	/* Searches from the nearer end; a caller that wants all lines adds the lengths itself. */
	if (i > history_lines(h) / 2) {
		p = h->bytes + h->end;
		for (size_t n = history_lines(h); n > i; n--)
			p -= h->len[h->first + n - 1];
	} else {
		for (size_t n = 0; n < i; n++)
			p += h->len[h->first + n];
	}
	*len = h->len[h->first + i];
	return p;
}

static size_t
bytes_max(const struct history *h)
{
	size_t most = h->max < BYTES_MAX / BYTES_PER_LINE ? (size_t)h->max * BYTES_PER_LINE : BYTES_MAX;

	return most + 4 * HISTORY_LINE_MAX;
}

static void
drop_oldest(struct history *h)
{
	h->start += h->len[h->first++];
	if (h->first == h->past) {
		h->first = h->past = 0;
		h->start = h->end = 0;
	}
}

/* Makes room for MORE bytes behind the end: by moving the lines, else by growing a little. */
static bool
reserve(struct history *h, size_t more)
{
	size_t used = h->end - h->start, cap;
	unsigned char *bytes;

	if (h->end + more <= h->cap)
		return true;
	if (h->start > used / 8 && used + more <= h->cap) {
		memmove(h->bytes, h->bytes + h->start, used);
		h->start = 0;
		h->end = used;
		return true;
	}
	cap = used + used / 4 + more + 256;
	bytes = malloc(cap);
	if (!bytes)
		return false;
	if (used)
		memcpy(bytes, h->bytes + h->start, used);
	free(h->bytes);
	h->bytes = bytes;
	h->cap = cap;
	h->start = 0;
	h->end = used;
	return true;
}

static bool
new_line(struct history *h)
{
	size_t used = h->past - h->first, lens = used + used / 4 + 32;
	uint32_t *len;

	if (h->past == h->lens) {
		if (h->first > used / 8) {
			memmove(h->len, h->len + h->first, used * sizeof *h->len);
		} else {
			len = realloc(h->len, (h->first + lens) * sizeof *len);
			if (!len)
				return false;
			memmove(len, len + h->first, used * sizeof *len);
			h->lens = h->first + lens;
			h->len = len;
		}
		h->first = 0;
		h->past = used;
	}
	h->len[h->past++] = 0;
	h->style = (struct style){ .fg = 0 };
	h->link = 0;
	h->link_bytes = 0;
	h->marks = 0;
	h->column = 0;
	return true;
}

static unsigned char *
put_colour(unsigned char *p, uint32_t colour)
{
	*p++ = (unsigned char)(colour >> 24);
	if ((colour & COLOUR_KIND) == COLOUR_RGB) {
		*p++ = (unsigned char)(colour >> 16);
		*p++ = (unsigned char)(colour >> 8);
	}
	*p++ = (unsigned char)colour;
	return p;
}

static unsigned char *
put_style(unsigned char *p, const struct style *s)
{
	*p++ = MARK_STYLE;
	*p++ = (unsigned char)((s->fg != 0) | (s->bg != 0) << 1 | (s->ul != 0) << 2 | (s->attr != 0) << 3);
	if (s->fg)
		p = put_colour(p, s->fg);
	if (s->bg)
		p = put_colour(p, s->bg);
	if (s->ul)
		p = put_colour(p, s->ul);
	if (s->attr) {
		*p++ = (unsigned char)(s->attr >> 8);
		*p++ = (unsigned char)s->attr;
	}
	return p;
}

static const unsigned char *
get_colour(const unsigned char *p, uint32_t *colour)
{
	*colour = (uint32_t)p[0] << 24 | p[1];
	if (*colour >> 24 != COLOUR_RGB >> 24)
		return p + 2;
	*colour = COLOUR_RGB | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return p + 4;
}

static const unsigned char *
get_style(const unsigned char *p, struct style *s)
{
	unsigned has = *p++;

	*s = (struct style){ .fg = 0 };
	if (has & 1)
		p = get_colour(p, &s->fg);
	if (has & 2)
		p = get_colour(p, &s->bg);
	if (has & 4)
		p = get_colour(p, &s->ul);
	if (has & 8) {
		s->attr = (uint32_t)p[0] << 8 | p[1];
		p += 2;
	}
	return p;
}

/* Where the last line begins. */
static size_t
last_start(const struct history *h)
{
	return h->end - h->len[h->past - 1];
}

/* Whether TEXT is the link at the end of the last line. */
static bool
link_is(const struct history *h, const char *text, size_t len)
{
	const unsigned char *p;

	if (!h->link)
		return len == 0;
	p = h->bytes + last_start(h) + h->link - 1;
	return ((size_t)p[1] << 8 | p[2]) == len && memcmp(p + 3, text, len) == 0;
}

/* Changes the link at the end of the last line; REST: bytes that must remain reserved. */
static void
put_link(struct history *h, const char *text, size_t rest)
{
	size_t len = strlen(text);
	unsigned char *p;

	if (h->link_bytes + len > HISTORY_LINKS_MAX)
		len = 0;
	if (link_is(h, text, len) || !reserve(h, len + rest))
		return;
	p = h->bytes + h->end;
	h->link = h->len[h->past - 1] + 1;
	h->link_bytes += len;
	p[0] = MARK_LINK;
	p[1] = (unsigned char)(len >> 8);
	p[2] = (unsigned char)len;
	memcpy(p + 3, text, len);
	h->end += len + 3;
	h->len[h->past - 1] += (uint32_t)len + 3;
}

static unsigned char *
put_cluster(const struct screen *s, unsigned char *p, cell c)
{
	const struct cluster *cluster = &s->clusters.all[c & CELL_CODE];

	for (unsigned i = 0; i < cluster->n; i++)
		p += utf8_put(p, cluster->code[i]);
	return p;
}

/* Adds the N cells at C to the last line, for which and for MORE there is room but for their links. */
static void
put_cells(struct screen *s, const cell *c, unsigned n, unsigned more)
{
	struct history *h = &s->history;
	unsigned char *p = h->bytes + h->end, *from = p;
	uint64_t look = ~UINT64_C(0);

	for (unsigned x = 0; x < n; x++) {
		if (c[x] >> CELL_STYLE_SHIFT != look) {
			const struct style *style = styles_get(&s->styles, cell_style(c[x]));

			look = c[x] >> CELL_STYLE_SHIFT;
			if (!style_equal(style, &h->style))
				p = put_style(p, style);
			h->style = *style;
			h->end += (size_t)(p - from);
			h->len[h->past - 1] += (uint32_t)(p - from);
			if (cell_link(c[x]) || h->link)
				put_link(h, links_get(&s->links, cell_link(c[x])),
				         (size_t)(n - x + more + 1) * CELL_BYTES_MAX);
			from = p = h->bytes + h->end;
		}
		if ((c[x] & CELL_WHAT) - 1 < 0x7f)
			*p++ = (unsigned char)c[x];
		else if (c[x] & CELL_CLUSTER)
			p = put_cluster(s, p, c[x]);
		else if (!(c[x] & CELL_TAIL))
			p += utf8_put(p, cell_empty(c[x]) ? ' ' : (uint32_t)(c[x] & CELL_CODE));
	}
	h->end += (size_t)(p - from);
	h->len[h->past - 1] += (uint32_t)(p - from);
}

/* Adds those of MARKS that stand before column AT and whose kinds the last line does not have yet. */
static void
put_marks(struct history *h, const struct marks *marks, unsigned at)
{
	struct mark mark;

	for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++)
		if (marks_get(marks, kind, at, &mark) && !(h->marks & 1 << kind)) {
			h->bytes[h->end] = HISTORY_MARK;
			mark_encode(&mark, h->bytes + h->end + 1);
			h->end += HISTORY_MARK_BYTES;
			h->len[h->past - 1] += HISTORY_MARK_BYTES;
			h->marks |= (uint8_t)(1 << kind);
		}
}

/* Adds the first N cells of ROW to the last line, with its marks, between characters; those behind stand at the end. */
static void
put_marked(struct screen *s, const struct row *row, unsigned n)
{
	struct marks marks = row->marks;
	unsigned x = 0;

	for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++) {
		uint16_t *at = &marks.at[kind];

		if (*at < n && row->c[*at] & CELL_TAIL)
			++*at;
		if (*at > n)
			*at = (uint16_t)n;
	}
	for (unsigned at = 0; (at = marks_next(&marks, at)) != MARKS_NO_MORE; x = at++) {
		put_cells(s, row->c + x, at - x, n - at);
		put_marks(&s->history, &marks, at);
	}
	put_cells(s, row->c + x, n - x, 0);
}

void
history_push(struct screen *s, const struct row *row, bool on, bool wrapped)
{
	struct history *h = &s->history;
	unsigned n = row_used(row);
	bool pad = on && h->column == s->cols - 1 && !(row->c[0] & CELL_WIDE);
	cell space = cell_make(' ', 0, 0);

	/* A row that goes on is full, but for a column that a wide character did not fit in. */
	if (wrapped)
		n = row->c[s->cols - 1] == 0 ? s->cols - 1 : s->cols;
	if (!h->max)
		return;
	/*
	 * A row that was erased after a line had gone on into it is a row all the same: lines have no blanks at their
	 * ends.
	 */
	if (!n)
		on = pad = false;
	if (on && history_lines(h) && h->len[h->past - 1] > HISTORY_LINE_MAX)
		on = pad = false;
	if (!on || !history_lines(h)) {
		pad = false;
		if (!new_line(h))
			return;
	}
	if (reserve(h, (size_t)(n + 2) * CELL_BYTES_MAX)) {
		if (pad)
			put_cells(s, &space, 1, n);
		if (row->marks.has)
			put_marked(s, row, n);
		else
			put_cells(s, row->c, n, 0);
		h->column = n;
	}
	while (history_lines(h) > h->max || (h->end - h->start > bytes_max(h) && history_lines(h) > 1))
		drop_oldest(h);
}

void
history_begin(struct history_at *at, const unsigned char *line, size_t len)
{
	*at = (struct history_at){ .p = line, .end = line + len };
}

bool
history_next(struct history_at *at)
{
	unsigned len;
	uint32_t code;

	at->changed = at->marked = false;
	for (; at->p < at->end && *at->p <= HISTORY_MARK; at->changed = true) {
		if (*at->p == MARK_STYLE) {
			at->p = get_style(at->p + 1, &at->style);
		} else if (*at->p == HISTORY_MARK) {
			at->marked = true;
			at->mark = mark_decode(at->p + 1);
			at->p += HISTORY_MARK_BYTES;
			return true;
		} else {
			at->link_len = (size_t)at->p[1] << 8 | at->p[2];
			at->link = (const char *)at->p + 3;
			at->p += 3 + at->link_len;
		}
	}
	if (at->p == at->end)
		return false;
	at->what.n = 0;
	do {
		code = utf8_get(at->p, &len);
		if (at->what.n == 0)
			at->width = width_of(code);
		else if (width_of(code) != 0)
			break;
		at->what.code[at->what.n++] = code;
		at->p += len;
	} while (at->p < at->end && *at->p >= 0x80 && at->what.n < CLUSTER_CODES);
	return true;
}
