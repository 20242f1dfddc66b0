/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(const unsigned char *in, size_t len, char *out)
{
	unsigned v;

	for (; len; len -= len < 3 ? len : 3, in += 3) {
		v = (unsigned)in[0] << 16 | (len > 1 ? (unsigned)in[1] << 8 : 0) | (len > 2 ? in[2] : 0);
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = len > 1 ? alphabet[v >> 6 & 63] : '=';
		*out++ = len > 2 ? alphabet[v & 63] : '=';
	}
	*out = '\0';
}

long
base64_decode(const char *in, unsigned char *out, size_t cap)
{
	size_t chars = strcspn(in, "="), pad = strlen(in) - chars, n = 0;
	unsigned v = 0, bits = 0;
	const char *c;

	if ((chars + pad) % 4 || pad > 2 || strspn(in + chars, "=") != pad)
		return -1;
	for (size_t i = 0; i < chars; i++) {
		if (!(c = strchr(alphabet, in[i])))
			return -1;
		v = v << 6 | (unsigned)(c - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			if (n == cap)
				return -1;
			out[n++] = (unsigned char)(v >> bits);
		}
	}
	return (long)n;
}
