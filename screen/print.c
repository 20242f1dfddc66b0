/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "charset.h"
#include "cursor.h"
#include "graphemes.h"
#include "grid.h"
#include "join.h"
#include "model.h"
#include "row.h"
#include "tidy.h"
#include "trail.h"
#include "width.h"

size_t
print_run_length(const unsigned char *p, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i low = _mm_set1_epi8(0x1f), del = _mm_set1_epi8(0x7f);

	for (; i + 16 <= len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		/* Signed: bytes from 0x80 on are below 0x1f. */
		__m128i good = _mm_andnot_si128(_mm_cmpeq_epi8(v, del), _mm_cmpgt_epi8(v, low));
		unsigned mask = (unsigned)_mm_movemask_epi8(good);

		if (mask != 0xffff)
			return i + (unsigned)__builtin_ctz(~mask);
	}
#endif
	while (i < len && p[i] >= 0x20 && p[i] < 0x7f)
		i++;
	return i;
}

static void
number_pen(struct screen *s)
{
	if (styles_full(&s->styles))
		tidy_styles(s);
	s->pen_number = styles_number(&s->styles, &s->pen);
	s->pen_known = true;
}

/* The part that all cells of the pen share. */
static inline cell
pen_cell(struct screen *s)
{
	if (!s->pen_known)
		number_pen(s);
	return cell_make(0, s->pen_number, s->pen_link) | (s->shift ? CELL_SHIFTED : 0);
}

/* Whether a blank in the pen's style can be told from one with nothing but its background. */
static bool
pen_is_seen(const struct screen *s)
{
	return s->pen_link || s->pen.attr & (STYLE_INVERSE | STYLE_UNDERLINE | STYLE_STRIKE | STYLE_OVERLINE);
}

/* Before the cells from X on are written to: nothing is left of a wide character that begins before them. */
static inline void
split(struct screen *s, struct row *row, unsigned x)
{
	if (x < s->cols && row->c[x] & CELL_TAIL) {
		row_split(row, s->cols, x, grid_blank(s));
		row->torn |= pen_is_seen(s);
	}
}

static void
write_run(cell *c, const unsigned char *p, size_t n, cell pen)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i zero = _mm_setzero_si128(), attr = _mm_set1_epi64x((long long)pen);

	for (; i + 8 <= n; i += 8) {
		__m128i b = _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(const void *)(p + i)), zero);
		__m128i lo = _mm_unpacklo_epi16(b, zero), hi = _mm_unpackhi_epi16(b, zero);
		__m128i *out = (__m128i *)(void *)(c + i);

		_mm_storeu_si128(out, _mm_or_si128(attr, _mm_unpacklo_epi32(lo, zero)));
		_mm_storeu_si128(out + 1, _mm_or_si128(attr, _mm_unpackhi_epi32(lo, zero)));
		_mm_storeu_si128(out + 2, _mm_or_si128(attr, _mm_unpacklo_epi32(hi, zero)));
		_mm_storeu_si128(out + 3, _mm_or_si128(attr, _mm_unpackhi_epi32(hi, zero)));
	}
#endif
	for (; i < n; i++)
		c[i] = pen | p[i];
}

/* The cursor is past the right edge: on to the next row, or back onto the edge without autowrap. */
static void
leave_edge(struct screen *s)
{
	s->pending = false;
	if (mode(s, MODE_WRAP))
		cursor_wrap(s);
}

void
print_ascii(struct screen *s, const unsigned char *p, size_t n)
{
	cell pen;

	if (s->single || charset_maps(s) || mode(s, MODE_INSERT)) {
		while (n--)
			print_code(s, *p++);
		return;
	}
	pen = pen_cell(s);
	while (n) {
		unsigned edge = cursor_edge(s);
		struct row *row;
		size_t k;

		if (s->pending) {
			leave_edge(s);
			edge = cursor_edge(s);
			/* Without autowrap only the last remains, unless CBT has taken the cursor from the edge. */
			if (!mode(s, MODE_WRAP) && s->x == edge) {
				p += n - 1;
				n = 1;
			}
		}
		row = s->row[s->y];
		if (s->shift)
			row->odd = true;
		if (row->odd)
			trail_before(s, false);
		k = edge + 1 - s->x < n ? edge + 1 - s->x : n;
		split(s, row, s->x);
		split(s, row, s->x + (unsigned)k);
		write_run(row->c + s->x, p, k, pen);
		if (row->odd)
			trail_text(s, (unsigned)k);
		if (row->len < s->x + k)
			row->len = s->x + (unsigned)k;
		s->x += (unsigned)k;
		p += k;
		n -= k;
		if (s->x > edge) {
			s->x = edge;
			s->pending = true;
		}
	}
	s->repeatable = true;
}

/* Puts a character of WIDTH columns at the cursor, and moves it on. */
static void
put(struct screen *s, uint64_t what, unsigned width, bool doubtful)
{
	unsigned edge;
	struct row *row;
	cell pen = pen_cell(s);
	bool odd;

	if (s->pending)
		leave_edge(s);
	edge = cursor_edge(s);
	if (s->x + width > edge + 1) {
		/* A wide one in the last column. */
		if (!mode(s, MODE_WRAP) || !cursor_wrap_early(s)) {
			s->repeatable = false;
			return;
		}
		edge = cursor_edge(s);
	}
	row = s->row[s->y];
	odd = doubtful || s->shift || what & CELL_CLUSTER || row->odd;
	if (odd) {
		row->odd = true;
		trail_before(s, doubtful);
	}
	if (mode(s, MODE_INSERT) && s->x >= s->left && s->x <= s->right)
		grid_right(s, s->y, s->y, s->x, s->right, width);
	split(s, row, s->x);
	split(s, row, s->x + width);
	if (row->len < s->x + width)
		row->len = s->x + width;
	row->c[s->x] = pen | what | (width == 2 ? CELL_WIDE : 0);
	if (width == 2)
		row->c[s->x + 1] = pen | CELL_TAIL;
	if (odd)
		trail_text(s, width);
	s->x += width;
	if (s->x > edge) {
		s->x = edge;
		s->pending = true;
	}
	if (doubtful)
		s->shift = s->x + s->pending + 1;
	s->repeatable = true;
}

/* The code point of the three bytes at P, if it is a common wide character; else 0. */
static inline uint32_t
wide_of_three(const unsigned char *p)
{
	uint32_t code = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);

	return (p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 && width_is_wide(code)
	       ? code : 0;
}

size_t
print_wide(struct screen *s, const unsigned char *p, size_t len)
{
	struct row *row = s->row[s->y];
	unsigned edge = cursor_edge(s), x = s->x;
	size_t n = 0;
	uint32_t code;
	cell pen;

	if (s->pending || s->single || s->shift || row->odd || s->modes & (MODE_INSERT | MODE_CLUSTERS))
		return 0;
	pen = pen_cell(s);
	for (; len - n >= 3 && x < edge && (code = wide_of_three(p + n)); n += 3, x += 2) {
		if (!n)
			split(s, row, x);
		row->c[x] = pen | code | CELL_WIDE;
		row->c[x + 1] = pen | CELL_TAIL;
	}
	if (!n)
		return 0;
	row_extend(row, x);
	/* What is left of a wide character whose first half was written over. */
	if (x < s->cols && row->c[x] & CELL_TAIL) {
		row->c[x] = grid_blank(s);
		row->torn |= pen_is_seen(s);
		row_extend(row, x + 1);
	}
	s->pending = x > edge;
	s->x = s->pending ? edge : x;
	s->repeatable = true;
	return n;
}

void
print_code(struct screen *s, uint32_t code)
{
	bool single = s->single != 0;
	unsigned what;

	if (code < 0x80)
		code = charset_map(s, code);
	else if (code < 0xa0)
		return;
	s->single = 0;
	what = width_is_wide(code) ? 2 : width_what(code);
	if (((what & WIDTH_COLUMNS) == 0 || mode(s, MODE_CLUSTERS)) && join_code(s, code, what))
		return;
	put(s, code, what & WIDTH_COLUMNS, what & WIDTH_DOUBTFUL);
	/* After a single shift the same byte would be another character. */
	if (single)
		s->repeatable = false;
}

void
print_again(struct screen *s, unsigned times)
{
	cell *c = s->repeatable ? join_before(s) : NULL;
	uint64_t what;
	const uint32_t *codes;
	uint32_t one;
	unsigned width, n;
	bool doubtful;

	if (!c)
		return;
	what = *c & (CELL_CODE | CELL_CLUSTER);
	width = *c & CELL_WIDE ? 2 : 1;
	/* More than fill the screen change nothing but the scrollback. */
	if (times > s->rows * s->cols)
		times = s->rows * s->cols;
	if (what < 0x7f && !charset_maps(s) && !mode(s, MODE_INSERT)) {
		unsigned char run[64];

		memset(run, (int)what, sizeof run);
		for (; times > sizeof run; times -= sizeof run)
			print_ascii(s, run, sizeof run);
		print_ascii(s, run, times);
		return;
	}
	codes = clusters_codes(&s->clusters, *c, &one, &n);
	doubtful = graphemes_doubtful(codes, n);
	while (times--)
		put(s, what, width, doubtful);
}
