/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "graphemes.h"
#include "history_private.h"
#include "model.h"
#include "row.h"
#include "utf8.h"

#define STYLE_BYTES_MAX (2 + 3 * 4 + 2)
#define CELL_BYTES_MAX (STYLE_BYTES_MAX + 3 + UTF8_MAX)
#define ODD_BYTES_MAX (CELL_BYTES_MAX + 3 + 2) /* and the bytes of its cluster */
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

	/* Searches from the nearer end; for lines one after the other there is history_lines_next(). */
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

bool
history_lines_next(struct history_lines *l)
{
	if (l->next >= history_lines(l->h))
		return false;
	if (l->line) {
		l->line += l->len;
		l->len = l->h->len[l->h->first + l->next];
	} else {
		l->line = history_line(l->h, l->next, &l->len);
	}
	l->next++;
	return true;
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
	h->shifted = false;
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
	*p++ = HISTORY_STYLE;
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
	p[0] = HISTORY_LINK;
	p[1] = (unsigned char)(len >> 8);
	p[2] = (unsigned char)len;
	memcpy(p + 3, text, len);
	h->end += len + 3;
	h->len[h->past - 1] += (uint32_t)len + 3;
}

/* The text of C, at column X of its row, which is odd. */
static unsigned char *
put_odd(struct screen *s, unsigned char *p, cell c, unsigned x)
{
	struct history *h = &s->history;
	const uint32_t *codes;
	uint32_t one;
	unsigned n;

	if (c & CELL_TAIL)
		return p;
	if (c && h->shifted && !(c & CELL_SHIFTED)) {
		*p++ = HISTORY_COLUMN;
		*p++ = (unsigned char)(x >> 8);
		*p++ = (unsigned char)x;
		h->shifted = false;
	}
	if (cell_empty(c)) {
		*p++ = ' ';
		return p;
	}
	codes = clusters_codes(&s->clusters, c, &one, &n);
	if (!graphemes_plain(codes, n, c & CELL_WIDE ? 2 : 1)) {
		*p++ = HISTORY_GROUP;
		*p++ = (unsigned char)(n | (c & CELL_WIDE ? HISTORY_GROUP_WIDE : 0));
	}
	for (unsigned i = 0; i < n; i++)
		p += utf8_put(p, codes[i]);
	h->shifted |= graphemes_doubtful(codes, n);
	return p;
}

/* The bytes that the N cells at C of a row take at most, but for their links. */
static size_t
cells_bytes(const struct screen *s, const cell *c, unsigned n, bool odd)
{
	size_t bytes = (size_t)n * (odd ? ODD_BYTES_MAX : CELL_BYTES_MAX);

	for (unsigned x = 0; odd && x < n; x++)
		if (c[x] & CELL_CLUSTER)
			bytes += s->clusters.word[c[x] & CELL_CODE] * UTF8_MAX;
	return bytes;
}

/* Puts the text of the first of N cells at C to P, as far as they are ASCII in LOOK, by eights; how many. */
static unsigned
put_ascii(unsigned char *p, const cell *c, unsigned n, cell look)
{
	unsigned done = 0;

#ifdef __SSE2__
	const __m128i same = _mm_set1_epi64x((long long)look), zero = _mm_setzero_si128();
	const __m128i others = _mm_set1_epi64x(~(long long)0x7f);

	for (; done + 8 <= n; done += 8) {
		const __m128i *v = (const __m128i *)(const void *)(c + done);
		__m128i a = _mm_xor_si128(_mm_loadu_si128(v), same), b = _mm_xor_si128(_mm_loadu_si128(v + 1), same);
		__m128i d = _mm_xor_si128(_mm_loadu_si128(v + 2), same);
		__m128i e = _mm_xor_si128(_mm_loadu_si128(v + 3), same);
		__m128i all = _mm_and_si128(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(d, e)), others);
		__m128i text;

		if (_mm_movemask_epi8(_mm_cmpeq_epi8(all, zero)) != 0xffff)
			break;
		/* Each cell is now a byte and seven zeroes. */
		text = _mm_packs_epi32(_mm_packs_epi32(a, b), _mm_packs_epi32(d, e));
		text = _mm_packus_epi16(text, zero);
		if (_mm_movemask_epi8(_mm_cmpeq_epi8(text, zero)) & 0xff)
			break;
		_mm_storel_epi64((__m128i *)(void *)(p + done), text);
	}
#else
	(void)p;
	(void)c;
	(void)n;
	(void)look;
#endif
	return done;
}

/*
 * Adds the cells of C from FROM up to, not including, TO to the last line; ODD: they are of an odd row.  There is room
 * but for their links; REST: bytes that must remain reserved.
 */
static inline __attribute__((always_inline)) void
put_kind(struct screen *s, const cell *c, unsigned from, unsigned to, const bool odd, size_t rest)
{
	struct history *h = &s->history;
	unsigned char *p = h->bytes + h->end, *begin = p;
	uint64_t look = ~UINT64_C(0);
	unsigned next = from, n; /* next: where to try put_ascii */

	for (unsigned x = from; x < to; x++) {
		if ((c[x] & CELL_LOOK) != look) {
			const struct style *style = styles_get(&s->styles, cell_style(c[x]));

			look = c[x] & CELL_LOOK;
			if (!style_equal(style, &h->style))
				p = put_style(p, style);
			h->style = *style;
			h->end += (size_t)(p - begin);
			h->len[h->past - 1] += (uint32_t)(p - begin);
			if (cell_link(c[x]) || h->link)
				put_link(h, links_get(&s->links, cell_link(c[x])), rest);
			begin = p = h->bytes + h->end;
			next = x;
		}
		if (odd) {
			p = put_odd(s, p, c[x], x);
			continue;
		}
		if (x >= next) {
			n = put_ascii(p, c + x, to - x, look);
			p += n;
			x += n;
			next = x + 8;
			if (x == to || (c[x] & CELL_LOOK) != look) {
				x--; /* the loop looks at it again */
				continue;
			}
		}
		if ((c[x] & CELL_WHAT) - 1 < 0x7f)
			*p++ = (unsigned char)c[x];
		else if (c[x] & CELL_WIDE)
			p += utf8_put(p, (uint32_t)(c[x++] & CELL_CODE)); /* and past its tail */
		else if (!(c[x] & CELL_TAIL))
			p += utf8_put(p, cell_empty(c[x]) ? ' ' : (uint32_t)(c[x] & CELL_CODE));
	}
	h->end += (size_t)(p - begin);
	h->len[h->past - 1] += (uint32_t)(p - begin);
}

static void
put_cells(struct screen *s, const cell *c, unsigned from, unsigned to, bool odd, size_t rest)
{
	/* Two loops: this one is the model's time for plain lines. */
	if (odd)
		put_kind(s, c, from, to, true, rest);
	else
		put_kind(s, c, from, to, false, rest);
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
put_marked(struct screen *s, const struct row *row, unsigned n, bool odd, size_t rest)
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
		put_cells(s, row->c, x, at, odd, rest);
		put_marks(&s->history, &marks, at);
	}
	put_cells(s, row->c, x, n, odd, rest);
}

void
history_push(struct screen *s, const struct row *row, bool on, bool wrapped)
{
	struct history *h = &s->history;
	unsigned n = row_used(row);
	bool pad = on && h->column == s->cols - 1 && !(row->c[0] & CELL_WIDE);
	bool odd;
	size_t rest;
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
	odd = row->odd || h->shifted;
	/* And the space, and the marks. */
	rest = cells_bytes(s, row->c, n, odd) + 2 * CELL_BYTES_MAX;
	if (reserve(h, rest)) {
		if (pad)
			put_cells(s, &space, 0, 1, false, rest);
		if (row->marks.has)
			put_marked(s, row, n, odd, rest);
		else
			put_cells(s, row->c, 0, n, odd, rest);
		h->column = n;
	}
	while (history_lines(h) > h->max || (h->end - h->start > bytes_max(h) && history_lines(h) > 1))
		drop_oldest(h);
}
