/* SPDX-License-Identifier: MIT */
#include "skip_scan.h"

#include <limits.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "screen.h"
#include "utf8.h"
#include "width.h"

#define PEN_MAX 32

/* Where the first byte stands that has to be looked at more closely; LEN: there is none. */
static size_t
common_length(const unsigned char *p, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i esc = _mm_set1_epi8(SKIP_ESC), lead = _mm_set1_epi8((char)SKIP_C1_LEAD);
	const __m128i out = _mm_set1_epi8(SKIP_SHIFT_OUT), in = _mm_set1_epi8(SKIP_SHIFT_IN);

	for (; i + 16 <= len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, esc), _mm_cmpeq_epi8(v, lead)),
		                           _mm_or_si128(_mm_cmpeq_epi8(v, out), _mm_cmpeq_epi8(v, in)));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask)
			return i + (unsigned)__builtin_ctz(mask);
	}
#endif
	while (i < len && p[i] != SKIP_ESC && p[i] != SKIP_C1_LEAD && p[i] != SKIP_SHIFT_OUT && p[i] != SKIP_SHIFT_IN)
		i++;
	return i;
}

size_t
skip_plain_length(const unsigned char *p, size_t len)
{
	size_t i = 0;

	for (;;) {
		i += common_length(p + i, len - i);
		/* A control of U+0080 to U+009F, or the first half of one? */
		if (i == len || p[i] != SKIP_C1_LEAD || i + 1 == len || (p[i + 1] >= 0x80 && p[i + 1] < 0xa0))
			return i;
		i++;
	}
}

/* Not among the letters that may join the one before, nor what an emoji can be made of. */
static bool
is_single(uint32_t code)
{
	return (code >= 0xa0 && code < 0x590 && code != 0xad) || (code >= 0x1e00 && code < 0x2c00);
}

size_t
skip_character_length(const unsigned char *p, size_t len)
{
	unsigned need = utf8_length(p[0]);

	if (need < 2 || need > len || !utf8_second(p[0], p[1]) || (need > 2 && (p[2] & 0xc0) != 0x80) || need > 3)
		return 0;
	return is_single(utf8_get(p, &need)) && width_what(utf8_get(p, &need)) == 1 ? need : 0;
}

/* The SGR sequences that make the pen, the last one first. */
struct pen {
	unsigned n;
	const unsigned char *at[PEN_MAX];
	struct skip_sgr all;
};

/*
 * Each sequence sets some of the pen's parts to the same values wherever it stands, and so the last one of those that
 * are alike is enough.
 */
bool
skip_sgr_note(struct skip_sgr *all, const unsigned char *p, size_t len)
{
	uint64_t key = 0, *slot;

	all->resets = len == 3 || (len == 4 && p[2] == '0');
	if (len - 2 <= sizeof key) {
		memcpy(&key, p + 2, len - 2);
		slot = &all->slot[key * UINT64_C(0x9e3779b97f4a7c15) >> 58];
		if (*slot == key)
			return false;
		*slot = key;
	}
	all->kinds++;
	return true;
}

/* From where on PEN has all SGR sequences of P, each as often as it takes; P has KINDS of them at most. */
static size_t
collect_pen(struct pen *pen, const unsigned char *p, size_t len, unsigned kinds)
{
	const unsigned char *esc = p + len;

	while (pen->n < PEN_MAX && (esc = memrchr(p, SKIP_ESC, (size_t)(esc - p)))) {
		size_t n = skip_sgr_length(esc, len - (size_t)(esc - p));

		if (!n || !skip_sgr_note(&pen->all, esc, n))
			continue;
		pen->at[pen->n++] = esc;
		if (pen->all.resets || pen->all.kinds == kinds)
			return 0;
	}
	return esc ? (size_t)(esc - p) : 0;
}

void
skip_apply_pen(struct screen *s, const unsigned char *p, size_t len, const struct skip_sgr *all)
{
	struct pen pen = { .n = 0 };
	unsigned kinds = all && !all->resets ? all->kinds : UINT_MAX;
	const unsigned char *end = p + len, *esc = p, *from = p + (kinds ? collect_pen(&pen, p, len, kinds) : 0);

	/* There are too many different ones: all those before. */
	while ((esc = memchr(esc, SKIP_ESC, (size_t)(from - esc)))) {
		screen_feed(s, esc, skip_sgr_length(esc, (size_t)(end - esc)));
		esc++;
	}
	while (pen.n--)
		screen_feed(s, pen.at[pen.n], skip_sgr_length(pen.at[pen.n], (size_t)(end - pen.at[pen.n])));
}
