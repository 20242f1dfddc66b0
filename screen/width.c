/* SPDX-License-Identifier: MIT */
#include "width.h"

#include <stddef.h>

#include "width_table.h"

#define HANGUL 0xac00u
#define HANGUL_FINALS 28u

unsigned
width_what(uint32_t code)
{
	size_t low, high = sizeof spans / sizeof *spans;

	if (code < 0x300)
		return 1;
	if (width_is_wide(code))
		return 2;
	/* Box drawing and block elements. */
	if (code >= 0x2500 && code <= 0x259f)
		return 1;
	if (code >= HANGUL && code <= 0xd7a3)
		return 2 | ((code - HANGUL) % HANGUL_FINALS ? WIDTH_LVT : WIDTH_LV) << WIDTH_CLASS_SHIFT;
	/* Bytes that are no character (utf8.h): terminals show them in different ways. */
	if (code > 0x10ffff)
		return 1 | WIDTH_DOUBTFUL;
	low = blocks[code < 0x10000 ? code >> 8 : 0x100];
	if (code < 0x10000 && blocks[(code >> 8) + 1] < high)
		high = blocks[(code >> 8) + 1] + 1u;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (code > spans[mid].last)
			low = mid + 1;
		else if (code < spans[mid].first)
			high = mid;
		else
			return spans[mid].what;
	}
	return 1;
}
