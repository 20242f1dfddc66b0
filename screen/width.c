/* SPDX-License-Identifier: MIT */
#include "width.h"

#include <stdbool.h>
#include <stddef.h>

#include "width_table.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool
within(const struct span *spans, size_t n, uint32_t code)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = (low + n) / 2;

		if (code > spans[mid].last)
			low = mid + 1;
		else if (code < spans[mid].first)
			n = mid;
		else
			return true;
	}
	return false;
}

unsigned
width_of(uint32_t code)
{
	/* Bytes that are no character take one column too (utf8.h). */
	if (code < 0x300 || code > 0x10ffff)
		return 1;
	/* The common wide characters without exceptions: kana but its combining marks, Han, Hangul. */
	if ((code >= 0x309b && code <= 0x30ff) || (code >= 0x4e00 && code <= 0x9fff) ||
	    (code >= 0xac00 && code <= 0xd7a3))
		return 2;
	if (within(no_columns, COUNT(no_columns), code))
		return 0;
	return within(two_columns, COUNT(two_columns), code) ? 2 : 1;
}
