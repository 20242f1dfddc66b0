/* SPDX-License-Identifier: MIT */
/*
 * utf8: converts code points to bytes and back, after RFC 3629.  Bytes that are no character, such as those of
 * programs in another character set, get numbers behind the last code point, so that a terminal of that set gets them
 * back unchanged.
 */
#ifndef HOLDFAST_SCREEN_UTF8_H
#define HOLDFAST_SCREEN_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4
#define UTF8_REPLACEMENT 0xfffd
#define UTF8_RAW 0x110000 /* and above: 1 to 3 bytes of 0xa0 to 0xff that are no character */
#define UTF8_RAW_TWO 0x400
#define UTF8_RAW_THREE 0x8000

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

/*
 * The number of N bytes at P, the longest beginning of a character there, or none.  8-bit controls are not kept: to a
 * terminal of another character set they would be that.
 */
static inline uint32_t
utf8_raw(const unsigned char *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (p[i] < 0xa0)
			return UTF8_REPLACEMENT;
	if (n == 1)
		return UTF8_RAW + p[0];
	if (n == 2)
		return UTF8_RAW + UTF8_RAW_TWO + ((p[0] - 0xe0u) << 6 | (p[1] & 0x3fu));
	return UTF8_RAW + UTF8_RAW_THREE + ((p[0] - 0xf0u) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu));
}

/* The bytes of such a number, at P; how many. */
static inline unsigned
utf8_raw_bytes(unsigned char *p, uint32_t code)
{
	code -= UTF8_RAW;
	if (code < UTF8_RAW_TWO) {
		p[0] = (unsigned char)code;
		return 1;
	}
	if (code < UTF8_RAW_THREE) {
		code -= UTF8_RAW_TWO;
		p[0] = (unsigned char)(0xe0 + (code >> 6));
		p[1] = (unsigned char)(0x80 | (code & 0x3f));
		return 2;
	}
	code -= UTF8_RAW_THREE;
	p[0] = (unsigned char)(0xf0 + (code >> 12));
	p[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
	p[2] = (unsigned char)(0x80 | (code & 0x3f));
	return 3;
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
