/* SPDX-License-Identifier: MIT */
#include "base64.h"

#include <errno.h>
#include <string.h>

static const char digits[] = BASE64_DIGITS;

void
base64_encode(const unsigned char *in, size_t len, char *out)
{
	unsigned v;

	for (; len; len -= len < 3 ? len : 3, in += 3) {
		v = (unsigned)in[0] << 16 | (len > 1 ? (unsigned)in[1] << 8 : 0) | (len > 2 ? in[2] : 0);
		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = len > 1 ? digits[v >> 6 & 63] : '=';
		*out++ = len > 2 ? digits[v & 63] : '=';
	}
	*out = '\0';
}

long
base64_decode(const char *text, size_t len, unsigned char *out, size_t cap)
{
	size_t pad = 0, n = 0;
	unsigned v = 0, bits = 0;

	if (len % 4)
		return -EBADMSG;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++) {
		const char *digit = memchr(digits, text[i], 64);

		if (!digit)
			return -EBADMSG;
		v = v << 6 | (unsigned)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			if (n == cap)
				return -ENOBUFS;
			out[n++] = (unsigned char)(v >> bits);
		}
	}
	return (long)n;
}
