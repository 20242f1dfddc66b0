/* SPDX-License-Identifier: MIT */
#include "rgbspec.h"

#define DIGITS_MAX 4

int
rgbspec_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
rgbspec_part(const void *p, size_t len, unsigned *part)
{
	const unsigned char *digit = p;
	unsigned v = 0;
	size_t n = 0;

	for (; n < len && n < DIGITS_MAX && rgbspec_digit(digit[n]) >= 0; n++)
		v = v << 4 | (unsigned)rgbspec_digit(digit[n]);
	if (n)
		*part = n == 1 ? v * 0x11 : v >> (4 * n - 8);
	return n;
}
