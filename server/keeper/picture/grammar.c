/* SPDX-License-Identifier: MIT */
#include "grammar.h"

#include <stdbool.h>
#include <string.h>

/*
 * The forms, each from behind the introducer to its end.  In a form
 *   #  stands for 1 to 5 digits        *  for any number of further ";#", none included
 *   h  for 1 to 64 hex digits          C  for rgb:h/h/h with 1 to 4 digits each, rgba: with four of them
 *   s  for 1 to 128 of what SGR and the like are written with: digits, ; : space " ' $ and letters
 *   v  for 1 to 64 of what a version is written with: letters, digits, space . _ ( ) + -
 *   H  for 1 to 160 hex digits         X  for 4 of them
 *   a  for one of @ to O               d  for a charset: 0, A or B
 *   /  for any number of further "/#", none included
 *   $  for the end of the string: ESC \
 *   \  for the next byte itself
 * and every other byte for itself.
 */
static const char *const csi_forms[] = {
	"?#*c", ">#*c",           /* DA1, DA2 */
	"#n", "?#*n",             /* DSR */
	"0000\\*{",               /* DECMSR */
	"#;#R", "?#;#R", "?#;#;#R", /* CPR */
	"#;#@y", "?#;#@y",        /* DECRPM; @ is a literal $ */
	"?#u",                    /* kitty's keyboard flags */
	">#*m",                   /* XTQMODKEYS */
	"4;#;#t", "6;#;#t", "8;#;#t", "9;#;#t", /* sizes, */
	"48;#;#;#;#t",            /* in band */
	"?#;1S", "?#;2S", "?#;3S", /* XTSMGRAPHICS: an error */
	"#;#;1;1;1\"w",           /* DECRQDE's */
};

static const char *const dcs_forms[] = {
	"!|h$",                   /* DA3 */
	">|v$",                   /* XTVERSION */
	"#@rs$", "#@r$",          /* DECRPSS, */
	"1@r#\\*|$", "1@r#@|$", "1@r#@}$", "1@r#@~$", "1@r#\\*x$", /* with names that s does not take */
	"0+r$", "0+rh$", "1+rh$", "1+rh=H$", /* XTGETTCAP */
	"1@u#;#;1;a;a;a;#;#;a;dddd$", /* DECCIR */
	"2@u$", "2@u#/$",         /* DECTABSR */
	"#!~X$",                  /* DECCKSR: a sum of a rectangle, or of macros */
	"0!u%5$",                 /* DECAUPSS */
};

static const char *const osc_forms[] = {
	"4;#;C$", "5;#;C$",       /* a colour of the palette */
	"#;C$",                   /* foreground, background, cursor …; which ones is looked at below */
};

struct cursor {
	const unsigned char *p, *end;
};

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(unsigned char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_setting(unsigned char c)
{
	return is_digit(c) || is_letter(c) || (c && strchr(";: \"'$", c));
}

static bool
is_version(unsigned char c)
{
	return is_digit(c) || is_letter(c) || (c && strchr(" ._()+-", c));
}

static bool
is_flags(unsigned char c)
{
	return c >= '@' && c <= 'O';
}

static bool
is_charset(unsigned char c)
{
	return c == '0' || c == 'A' || c == 'B';
}

static bool
some(struct cursor *c, bool (*is)(unsigned char), size_t most)
{
	size_t n = 0;

	while (c->p < c->end && n < most && is(*c->p)) {
		c->p++;
		n++;
	}
	return n > 0;
}

static bool
literal(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0)
		return false;
	c->p += len;
	return true;
}

static bool
literal_byte(struct cursor *c, char byte)
{
	const char text[2] = { byte, '\0' };

	return literal(c, text);
}

static bool
colour(struct cursor *c)
{
	unsigned parts = literal(c, "rgba:") ? 4 : literal(c, "rgb:") ? 3 : 0;

	for (unsigned i = 0; i < parts; i++)
		if ((i && !literal(c, "/")) || !some(c, is_hex, 4))
			return false;
	return parts > 0;
}

static bool
hex4(struct cursor *c)
{
	const unsigned char *from = c->p;

	return some(c, is_hex, 4) && c->p - from == 4;
}

static bool
more_numbers(struct cursor *c, char before)
{
	while (c->p < c->end && *c->p == before) {
		c->p++;
		if (!some(c, is_digit, 5))
			return false;
	}
	return true;
}

static bool
element(struct cursor *c, char kind)
{
	switch (kind) {
	case '#':
		return some(c, is_digit, 5);
	case '*':
		return more_numbers(c, ';');
	case '/':
		return more_numbers(c, '/');
	case 'h':
		return some(c, is_hex, 64);
	case 'H':
		return some(c, is_hex, 160);
	case 'X':
		return hex4(c);
	case 'a':
		return some(c, is_flags, 1);
	case 'd':
		return some(c, is_charset, 1);
	case 'C':
		return colour(c);
	case 's':
		return some(c, is_setting, 128);
	case 'v':
		return some(c, is_version, 64);
	case '$':
		return literal(c, "\033\\");
	default:
		return literal_byte(c, kind == '@' ? '$' : kind);
	}
}

static size_t
match(const char *const *forms, size_t count, const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		struct cursor c = { p, p + len };
		const char *f = forms[i];

		while (*f && (*f == '\\' ? literal_byte(&c, *++f) : element(&c, *f)))
			f++;
		if (!*f)
			return (size_t)(c.p - p);
	}
	return 0;
}

/* OSC 10 to 19 are colours.  11 is not 0011. */
static bool
is_colour_number(const unsigned char *p)
{
	return p[0] == '1' && is_digit(p[1]) && p[2] == ';';
}

#define COUNT(forms) (sizeof(forms) / sizeof *(forms))

size_t
grammar_length(const unsigned char *p, size_t len)
{
	size_t n = 0;

	if (len > GRAMMAR_MAX)
		len = GRAMMAR_MAX;
	if (len < 3 || p[0] != 0x1b)
		return 0;
	if (p[1] == '[')
		n = match(csi_forms, COUNT(csi_forms), p + 2, len - 2);
	else if (p[1] == 'P')
		n = match(dcs_forms, COUNT(dcs_forms), p + 2, len - 2);
	else if (p[1] == ']' && len > 5)
		n = is_colour_number(p + 2) ? match(osc_forms + 2, 1, p + 2, len - 2)
		                            : match(osc_forms, 2, p + 2, len - 2);
	return n ? n + 2 : 0;
}

static bool
within_rate(struct grammar_rate *r, uint64_t now, size_t len)
{
	if (now - r->since >= 1000)
		*r = (struct grammar_rate){ .since = now };
	if (r->count >= GRAMMAR_COUNT_RATE || r->bytes + len > GRAMMAR_BYTES_RATE)
		return false;
	r->count++;
	r->bytes += (unsigned)len;
	return true;
}

size_t
grammar_filter(struct grammar_rate *r, uint64_t now, const unsigned char *p, size_t len, unsigned char *out)
{
	size_t n, done = 0;

	while ((n = grammar_length(p, len)) > 0 && within_rate(r, now, n)) {
		memcpy(out + done, p, n);
		done += n;
		p += n;
		len -= n;
	}
	return done;
}
