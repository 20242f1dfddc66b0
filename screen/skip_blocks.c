/* SPDX-License-Identifier: MIT */
#include "skip_blocks.h"

#include <stdbool.h>
#include <stdint.h>

#include "skip_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>

#define BLOCK 64
#define COUNTED_MAX 255 /* in a byte */

/* Each of its quarters by name: compilers leave small loops over them as they are. */
struct block {
	__m128i a, b, c, d;
};

/* Sequences and characters that go on in the next block: bits for its first byte. */
struct open {
	uint64_t bracket; /* it must be a '[' */
	uint64_t number;  /* it is among the numbers of a sequence, or ends it */
	uint64_t second;  /* it follows the byte that begins a character of U+0080 to U+00BF */
};

static inline __m128i
load_16(const unsigned char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline struct block
load(const unsigned char *p)
{
	return (struct block){ load_16(p), load_16(p + 16), load_16(p + 32), load_16(p + 48) };
}

static inline uint64_t
bits_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
	uint64_t low = (unsigned)_mm_movemask_epi8(a) | (unsigned)_mm_movemask_epi8(b) << 16;
	uint64_t high = (unsigned)_mm_movemask_epi8(c) | (unsigned)_mm_movemask_epi8(d) << 16;

	return low | high << 32;
}

static inline uint64_t
equal(struct block v, unsigned char byte)
{
	const __m128i to = _mm_set1_epi8((char)byte);

	return bits_of(_mm_cmpeq_epi8(v.a, to), _mm_cmpeq_epi8(v.b, to), _mm_cmpeq_epi8(v.c, to),
	               _mm_cmpeq_epi8(v.d, to));
}

/* Which of 16 bytes are FROM, or up to MOST above that. */
static inline __m128i
in_range(__m128i v, __m128i from, __m128i most)
{
	__m128i above = _mm_sub_epi8(v, from);

	return _mm_cmpeq_epi8(_mm_min_epu8(above, most), above);
}

static inline uint64_t
between(struct block v, unsigned char first, unsigned char last)
{
	const __m128i from = _mm_set1_epi8((char)first), most = _mm_set1_epi8((char)(last - first));

	return bits_of(in_range(v.a, from, most), in_range(v.b, from, most), in_range(v.c, from, most),
	               in_range(v.d, from, most));
}

/* Which of 16 bytes may be a control that is no part of a line, or begin one. */
static inline __m128i
is_rare(__m128i v)
{
	const __m128i lead = _mm_set1_epi8((char)SKIP_C1_LEAD), shift = _mm_set1_epi8(SKIP_SHIFT_OUT);

	return _mm_or_si128(_mm_cmpeq_epi8(v, lead), in_range(v, shift, _mm_set1_epi8(SKIP_SHIFT_IN - SKIP_SHIFT_OUT)));
}

static inline bool
has_rare(struct block v)
{
	return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_rare(v.a), is_rare(v.b)),
	                                      _mm_or_si128(is_rare(v.c), is_rare(v.d)))) != 0;
}

/* Whether no character is a control, and none shifts. */
static bool
has_no_controls(struct block v, struct open *open)
{
	uint64_t lead = equal(v, SKIP_C1_LEAD), second = lead << 1 | open->second;

	open->second = lead >> 63;
	return !(second & between(v, 0x80, 0x9f)) && !between(v, SKIP_SHIFT_OUT, SKIP_SHIFT_IN);
}

/* Whether each sequence is SGR, as far as it is in the block.  ESC: where they begin. */
static inline bool
has_only_sgr(struct block v, uint64_t esc, struct open *open)
{
	uint64_t number = between(v, '0', ';'), bracket = esc << 1 | open->bracket;
	uint64_t first = bracket << 1 | open->number, sum = number + first;

	open->bracket = esc >> 63;
	open->number = bracket >> 63 | (sum < number);
	return !(bracket & ~equal(v, '[')) && !(sum & ~number & ~equal(v, 'm'));
}

size_t
skip_blocks_lines(const unsigned char *p, size_t len)
{
	struct open open = { 0 };
	size_t sure = 0;

	for (size_t i = 0; i + BLOCK <= len; i += BLOCK) {
		struct block v = load(p + i);
		uint64_t esc = equal(v, SKIP_ESC);

		__builtin_prefetch(p + i + SKIP_AHEAD);
		if ((has_rare(v) || open.second) && !has_no_controls(v, &open))
			break;
		if ((esc | open.bracket | open.number) && !has_only_sgr(v, esc, &open))
			break;
		if (open.second)
			sure = i + BLOCK - 1;
		else if (!(open.bracket | open.number))
			sure = i + BLOCK;
		else if (esc)
			sure = i + BLOCK - 1 - (unsigned)__builtin_clzll(esc);
	}
	return sure;
}

size_t
skip_blocks_newlines(const unsigned char *p, size_t len)
{
	const __m128i lf = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
	size_t n = 0, i = 0;

	while (i + 16 <= len) {
		__m128i counts = zero;

		for (unsigned k = 0; k < COUNTED_MAX && i + 16 <= len; k++, i += 16)
			counts = _mm_sub_epi8(counts, _mm_cmpeq_epi8(load_16(p + i), lf));
		counts = _mm_sad_epu8(counts, zero);
		n += (size_t)_mm_cvtsi128_si32(counts) + (size_t)_mm_extract_epi16(counts, 4);
	}
	for (; i < len; i++)
		n += p[i] == '\n';
	return n;
}

#else

size_t
skip_blocks_lines(const unsigned char *p, size_t len)
{
	(void)p;
	(void)len;
	return 0;
}

size_t
skip_blocks_newlines(const unsigned char *p, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += p[i] == '\n';
	return n;
}

#endif
