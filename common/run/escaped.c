/* SPDX-License-Identifier: MIT */
#include "escaped.h"

#include <errno.h>

size_t
escaped_byte(unsigned char c, char out[4])
{
	if (c > ' ' && c < 127 && c != '"' && c != '=' && c != '\\') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = (char)('0' + (c >> 6));
	out[2] = (char)('0' + (c >> 3 & 7));
	out[3] = (char)('0' + (c & 7));
	return 4;
}

/* One octal digit, or -1. */
static int
octal(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '7' ? *p - '0' : -1;
}

int
escaped_take(char *out, size_t room, const char *p, const char *end)
{
	size_t len = 0;

	while (p < end) {
		int c = (unsigned char)*p++;

		if (c == '\\') {
			int a = octal(p, end), b = octal(p + 1, end), d = octal(p + 2, end);

			if (a < 0 || a > 3 || b < 0 || d < 0)
				return -EBADMSG;
			c = a << 6 | b << 3 | d;
			p += 3;
		}
		if (len + 1 >= room || !c)
			return -EBADMSG;
		out[len++] = c < ' ' || c == 127 ? '?' : (char)c;
	}
	out[len] = '\0';
	return 0;
}

int
escaped_number(const char *p, const char *end, uint64_t max, uint64_t *v)
{
	uint64_t n = 0;

	if (p == end)
		return -EBADMSG;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9' || n > (max - (uint64_t)(*p - '0')) / 10)
			return -EBADMSG;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	*v = n;
	return 0;
}
