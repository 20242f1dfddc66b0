/* SPDX-License-Identifier: MIT */
#include "skip.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "model.h"

#define WORTH 16384 /* less than this is eaten as fast */
#define ESC 0x1b
#define SHIFT_OUT 0x0e
#define SHIFT_IN 0x0f

/* Where the first byte stands that may change more than a line: LEN if there is none. */
static size_t
plain_length(const unsigned char *p, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i esc = _mm_set1_epi8(ESC), out = _mm_set1_epi8(SHIFT_OUT), in = _mm_set1_epi8(SHIFT_IN);

	for (; i + 16 <= len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, esc), _mm_or_si128(_mm_cmpeq_epi8(v, out),
		                                                                _mm_cmpeq_epi8(v, in)));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask)
			return i + (unsigned)__builtin_ctz(mask);
	}
#endif
	while (i < len && p[i] != ESC && p[i] != SHIFT_OUT && p[i] != SHIFT_IN)
		i++;
	return i;
}

/* The length of the SGR sequence that P begins with, or 0. */
static size_t
sgr_length(const unsigned char *p, size_t len)
{
	size_t i = 2;

	if (len < 3 || p[0] != ESC || p[1] != '[')
		return 0;
	while (i < len && p[i] >= '0' && p[i] <= ';')
		i++;
	return i < len && p[i] == 'm' ? i + 1 : 0;
}

/* How far P is nothing but lines. */
static size_t
lines_length(const unsigned char *p, size_t len)
{
	size_t i = 0, n;

	for (;;) {
		i += plain_length(p + i, len - i);
		n = sgr_length(p + i, len - i);
		if (!n)
			return i;
		i += n;
	}
}

/* Where the last COUNT lines of P begin, or 0. */
static size_t
last_lines(const unsigned char *p, size_t len, size_t count)
{
	const unsigned char *lf = p + len;

	while (count-- && lf)
		lf = memrchr(p, '\n', (size_t)(lf - p));
	return lf ? (size_t)(lf - p) : 0;
}

/* The last place in P, not behind FROM, where a line begins in the first column; 0: there is none. */
static size_t
line_start(const unsigned char *p, size_t from)
{
	while (from > 2) {
		const unsigned char *lf = memrchr(p, '\n', from);

		if (!lf || lf == p)
			return 0;
		if (lf[-1] == '\r')
			return (size_t)(lf + 1 - p);
		from = (size_t)(lf - p);
	}
	return 0;
}

/* Whether each line feed at the bottom pushes a line out of the primary screen, and nothing is half said. */
static bool
is_plain(const struct screen *s)
{
	return !s->alternate && s->parser.state == PARSER_GROUND && !s->single && s->top == 0 && s->bottom == s->rows - 1 &&
	       s->left == 0 && s->right == s->cols - 1 && !mode(s, MODE_MARGINS);
}

/* Where the last sequence stands that resets the pen; 0: there is none, or P begins with it. */
static size_t
last_reset(const unsigned char *p, size_t len)
{
	const unsigned char *esc = p + len;

	while ((esc = memrchr(p, ESC, (size_t)(esc - p)))) {
		size_t n = sgr_length(esc, len - (size_t)(esc - p));

		if (n == 3 || (n == 4 && esc[2] == '0'))
			return (size_t)(esc - p);
	}
	return 0;
}

/* The pen as all of P leaves it. */
static void
apply_pen(struct screen *s, const unsigned char *p, size_t len)
{
	for (size_t i = last_reset(p, len), n; (i += plain_length(p + i, len - i)) < len; i += n) {
		n = sgr_length(p + i, len - i);
		screen_feed(s, p + i, n);
	}
}

size_t
screen_skip(struct screen *s, const unsigned char *p, size_t len, size_t *clean)
{
	/* Twice the screen: down to its last row, and all that is on it out. */
	size_t needed = (size_t)s->history.max + 2 * (size_t)s->rows, skipped;

	*clean = 0;
	if (!is_plain(s))
		return 0;
	*clean = lines_length(p, len);
	skipped = line_start(p, last_lines(p, *clean, needed));
	if (skipped < WORTH)
		return 0;
	apply_pen(s, p, skipped);
	screen_feed(s, "\r", 1);
	return skipped;
}
