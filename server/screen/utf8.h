/* SPDX-License-Identifier: MIT */
/* utf8: code points to bytes and back, after RFC 3629. */
#ifndef HOLDFAST_SCREEN_UTF8_H
#define HOLDFAST_SCREEN_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4

/* Puts CODE at P, which has room for UTF8_MAX bytes; how many it took. */
static inline unsigned
utf8_put(unsigned char *p, uint32_t code)
{
	if (code < 0x80) {
		p[0] = (unsigned char)code;
		return 1;
	}
	if (code < 0x800) {
		p[0] = (unsigned char)(0xc0 | code >> 6);
		p[1] = (unsigned char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		p[0] = (unsigned char)(0xe0 | code >> 12);
		p[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
		p[2] = (unsigned char)(0x80 | (code & 0x3f));
		return 3;
	}
	p[0] = (unsigned char)(0xf0 | code >> 18);
	p[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
	p[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
	p[3] = (unsigned char)(0x80 | (code & 0x3f));
	return 4;
}

/* How many bytes a character that begins with LEAD takes; 0: none begins with it. */
static inline unsigned
utf8_length(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

/* Whether NEXT may follow LEAD as the second byte: neither overlong, nor a surrogate, nor above U+10FFFF. */
static inline int
utf8_second(unsigned char lead, unsigned char next)
{
	switch (lead) {
	case 0xe0:
		return next >= 0xa0 && next <= 0xbf;
	case 0xed:
		return next >= 0x80 && next <= 0x9f;
	case 0xf0:
		return next >= 0x90 && next <= 0xbf;
	case 0xf4:
		return next >= 0x80 && next <= 0x8f;
	default:
		return (next & 0xc0) == 0x80;
	}
}

/* The character at P, which is whole and right; its length is put into LEN. */
static inline uint32_t
utf8_get(const unsigned char *p, unsigned *len)
{
	if (p[0] < 0x80) {
		*len = 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*len = 2;
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	}
	if (p[0] < 0xf0) {
		*len = 3;
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	}
	*len = 4;
	return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
}

#endif
