/* SPDX-License-Identifier: MIT */
#include "graphemes.h"

#include "width.h"

#define VS16 0xfe0fu

static bool
extends(enum width_class c)
{
	return c == WIDTH_EXTEND || c == WIDTH_LINKER || c == WIDTH_ZWJ;
}

/* GB6 to GB8. */
static bool
hangul(enum width_class last, enum width_class next)
{
	switch (last) {
	case WIDTH_L:
		return next == WIDTH_L || next == WIDTH_V || next == WIDTH_LV || next == WIDTH_LVT;
	case WIDTH_LV:
	case WIDTH_V:
		return next == WIDTH_V || next == WIDTH_T;
	case WIDTH_LVT:
	case WIDTH_T:
		return next == WIDTH_T;
	default:
		return false;
	}
}

/* GB9c: a consonant, and behind it a linker among what extends it. */
static bool
conjunct(const uint32_t *codes, unsigned n)
{
	bool linked = false;

	while (n && extends(width_class(codes[n - 1])))
		linked |= width_class(codes[--n]) == WIDTH_LINKER;
	return linked && n && width_class(codes[n - 1]) == WIDTH_CONSONANT;
}

/* GB11: an emoji, what extends it, and ZWJ as the last of that. */
static bool
joined_emoji(const uint32_t *codes, unsigned n)
{
	if (width_class(codes[n - 1]) != WIDTH_ZWJ)
		return false;
	while (n && extends(width_class(codes[n - 1])))
		n--;
	return n && width_class(codes[n - 1]) == WIDTH_PICTOGRAPH;
}

/* GB12: an odd number of regional indicators. */
static bool
half_flag(const uint32_t *codes, unsigned n)
{
	unsigned i = n;

	while (i && width_class(codes[i - 1]) == WIDTH_REGIONAL)
		i--;
	return (n - i) % 2 == 1;
}

bool
graphemes_join(const uint32_t *codes, unsigned n, uint32_t next)
{
	enum width_class last, c;

	if (!n || next < 0x80)
		return false;
	last = width_class(codes[n - 1]);
	c = width_class(next);
	if (extends(c) || c == WIDTH_SPACING || last == WIDTH_PREPEND)
		return true;
	switch (c) {
	case WIDTH_CONSONANT:
		return conjunct(codes, n);
	case WIDTH_PICTOGRAPH:
		return joined_emoji(codes, n);
	case WIDTH_REGIONAL:
		return half_flag(codes, n);
	default:
		return hangul(last, c);
	}
}

/* UTS #51: what VARIATION SELECTOR-16 makes an emoji of. */
static bool
emoji_base(uint32_t code)
{
	return width_class(code) == WIDTH_PICTOGRAPH || (code >= '0' && code <= '9') || code == '#' || code == '*' ||
	       code == 0xa9 || code == 0xae;
}

unsigned
graphemes_width(const uint32_t *codes, unsigned n)
{
	unsigned width = 1;

	for (unsigned i = 0; i < n; i++) {
		bool flag = i && width_class(codes[i]) == WIDTH_REGIONAL && width_class(codes[i - 1]) == WIDTH_REGIONAL;

		if (width_of(codes[i]) == 2 || flag || (i && codes[i] == VS16 && emoji_base(codes[i - 1])))
			width = 2;
	}
	return width;
}

bool
graphemes_plain(const uint32_t *codes, unsigned n, unsigned columns)
{
	for (unsigned i = 1; i < n; i++)
		if (width_of(codes[i]))
			return false;
	return width_of(codes[0]) == columns;
}

bool
graphemes_doubtful(const uint32_t *codes, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (width_what(codes[i]) & WIDTH_DOUBTFUL)
			return true;
	return false;
}
