/* SPDX-License-Identifier: MIT */
#include "sieve.h"

#include <string.h>
#include <strings.h>

#define ESCAPE 0x1b
#define SGR_MAX 256 /* of one sequence */

/* How many bytes are one thing; 0: more have to come to know. */
struct piece {
	size_t len;
	bool passes;
};

static const struct piece not_whole = { 0, false };
static const struct piece bad_byte = { 1, false };

/* The second byte of a character that begins with LEAD: neither overlong, nor a surrogate, nor above U+10FFFF. */
static bool
may_be_second(unsigned char lead, unsigned char c)
{
	if (lead == 0xe0 || lead == 0xf0)
		return c >= (lead == 0xe0 ? 0xa0 : 0x90) && c < 0xc0;
	if (lead == 0xed || lead == 0xf4)
		return c >= 0x80 && c < (lead == 0xed ? 0xa0 : 0x90);
	return c >= 0x80 && c < 0xc0;
}

/* A character that is no control character of ASCII's. */
static struct piece
character(const unsigned char *p, size_t len)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (!n || p[0] == 0x7f)
		return bad_byte;
	for (size_t i = 1; i < n; i++) {
		if (i == len)
			return not_whole;
		if (i == 1 ? !may_be_second(p[0], p[1]) : (p[i] & 0xc0) != 0x80)
			return bad_byte;
	}
	/* C1 */
	return (struct piece){ n, !(p[0] == 0xc2 && p[1] < 0xa0) };
}

static struct piece
look(const unsigned char *p, size_t len)
{
	size_t i = 2;

	while (i < len && i < SGR_MAX && ((p[i] >= '0' && p[i] <= '9') || p[i] == ';' || p[i] == ':'))
		i++;
	if (i == len)
		return not_whole;
	return p[i] == 'm' ? (struct piece){ i + 1, true } : bad_byte;
}

/* LEN bytes "PARAMETERS;ADDRESS"; without an address the link ends. */
static bool
is_harmless(const unsigned char *p, size_t len)
{
	static const char *const schemes[] = { "http://", "https://", "file://", "mailto:" };
	const unsigned char *address = memchr(p, ';', len);
	struct piece one;

	for (size_t i = 0; i < len; i += one.len) {
		one = character(p + i, len - i);
		if (!one.len || !one.passes)
			return false;
	}
	if (!address)
		return false;
	len -= (size_t)(++address - p);
	for (size_t i = 0; len && i < sizeof schemes / sizeof *schemes; i++)
		if (len > strlen(schemes[i]) && strncasecmp((const char *)address, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return len == 0;
}

/* "ESC ] 8 ; PARAMETERS ; ADDRESS" and ST or BEL. */
static struct piece
hyperlink(const unsigned char *p, size_t len)
{
	size_t i = 4, end;

	if (memcmp(p + 2, "8;", len < 4 ? len - 2 : 2) != 0)
		return bad_byte;
	while (i < len && p[i] >= ' ' && p[i] != 0x7f)
		i++;
	if (i >= len || (p[i] == ESCAPE && i + 1 == len))
		return not_whole;
	if (p[i] != '\a' && !(p[i] == ESCAPE && p[i + 1] == '\\'))
		return bad_byte;
	end = p[i] == '\a' ? i + 1 : i + 2;
	return (struct piece){ end, is_harmless(p + 4, i - 4) };
}

static struct piece
first_of(const struct sieve *s, const unsigned char *p, size_t len)
{
	if (p[0] >= ' ')
		return character(p, len);
	if (p[0] != ESCAPE || !s->looks)
		return (struct piece){ 1, p[0] == '\n' || p[0] == '\t' };
	if (len < 2)
		return not_whole;
	return p[1] == '[' ? look(p, len) : p[1] == ']' ? hyperlink(p, len) : bad_byte;
}

/* Puts what passes of the bytes that are held to OUT: how many bytes.  What is not whole yet stays. */
static size_t
settle(struct sieve *s, unsigned char *out)
{
	size_t at = 0, n = 0;

	while (at < s->len) {
		struct piece one = first_of(s, s->held + at, s->len - at);

		if (!one.len && (at || s->len < sizeof s->held))
			break;
		if (!one.len)
			one = bad_byte;
		if (one.passes) {
			memcpy(out + n, s->held + at, one.len);
			n += one.len;
		}
		at += one.len;
	}
	s->len -= at;
	memmove(s->held, s->held + at, s->len);
	return n;
}

size_t
sieve_pass(struct sieve *s, const void *in, size_t len, unsigned char *out)
{
	const unsigned char *p = in;
	size_t n = 0;

	while (len) {
		size_t more = len < sizeof s->held - s->len ? len : sizeof s->held - s->len;

		memcpy(s->held + s->len, p, more);
		s->len += more;
		p += more;
		len -= more;
		n += settle(s, out + n);
	}
	return n;
}
