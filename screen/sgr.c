/* SPDX-License-Identifier: MIT */
#include "sgr.h"

#include <stdbool.h>
#include <string.h>

#include "parser_state.h"
#include "style.h"

/* How many sub-parameters follow parameter I. */
static unsigned
subs(const struct parser *p, unsigned i)
{
	unsigned n = 0;

	while (i + n + 1 < p->nparam && p->sub >> (i + n + 1) & 1)
		n++;
	return n;
}

static uint32_t
rgb(const uint16_t *c)
{
	return COLOUR_RGB | (c[0] & 0xffu) << 16 | (c[1] & 0xffu) << 8 | (c[2] & 0xffu);
}

/* The colour of 38:2:…, 38:5:…: N sub-parameters from C on; 0xffffffff: none. */
static uint32_t
colon_colour(const uint16_t *c, unsigned n)
{
	if (n >= 2 && c[0] == 5)
		return COLOUR_256 | (c[1] & 0xffu);
	if (n >= 5 && c[0] == 2)
		return rgb(c + 2); /* 38:2:COLOURSPACE:r:g:b */
	if (n == 4 && c[0] == 2)
		return rgb(c + 1);
	return 0xffffffffu;
}

/* The colour after the 38, 48 or 58 at *I, which is moved to its last parameter. */
static uint32_t
extended(const struct parser *p, unsigned *i)
{
	unsigned n = subs(p, *i), at = *i + 1;

	if (n) {
		*i += n;
		return colon_colour(&p->param[at], n);
	}
	if (at + 1 < p->nparam && p->param[at] == 5) {
		*i = at + 1;
		return COLOUR_256 | (p->param[at + 1] & 0xffu);
	}
	if (at + 3 < p->nparam && p->param[at] == 2) {
		*i = at + 3;
		return rgb(&p->param[at + 1]);
	}
	/* An incomplete parameter invalidates the rest. */
	*i = p->nparam;
	return 0xffffffffu;
}

static void
set_extended(uint32_t *colour, const struct parser *p, unsigned *i)
{
	uint32_t c = extended(p, i);

	if (c != 0xffffffffu)
		*colour = c;
}

static void
underline(struct style *style, unsigned how)
{
	style->attr = (style->attr & ~STYLE_UNDERLINE) | how << STYLE_UNDERLINE_SHIFT;
}

/* What an attribute's own parameter turns on, and what turns it off. */
static const uint32_t turns_on[30] = {
	[1] = STYLE_BOLD, [2] = STYLE_DIM, [3] = STYLE_ITALIC, [5] = STYLE_BLINK, [6] = STYLE_RAPID,
	[7] = STYLE_INVERSE, [8] = STYLE_CONCEAL, [9] = STYLE_STRIKE,
};
static const uint32_t turns_off[30] = {
	[22] = STYLE_BOLD | STYLE_DIM, [23] = STYLE_ITALIC, [24] = STYLE_UNDERLINE,
	[25] = STYLE_BLINK | STYLE_RAPID,
	[27] = STYLE_INVERSE, [28] = STYLE_CONCEAL, [29] = STYLE_STRIKE,
};

/* A parameter that takes no others with it. */
static void
simple(struct style *style, unsigned v)
{
	if (v == 0)
		*style = (struct style){ .attr = style->attr & STYLE_PROTECTED };
	else if (v == 4)
		underline(style, 1);
	else if (v == 21)
		underline(style, 2);
	else if (v < 30)
		style->attr = (style->attr | turns_on[v]) & ~turns_off[v];
	else if (v <= 37)
		style->fg = COLOUR_16 | (v - 30);
	else if (v == 39)
		style->fg = 0;
	else if (v >= 40 && v <= 47)
		style->bg = COLOUR_16 | (v - 40);
	else if (v == 49)
		style->bg = 0;
	else if (v == 53)
		style->attr |= STYLE_OVERLINE;
	else if (v == 55)
		style->attr &= ~STYLE_OVERLINE;
	else if (v == 59)
		style->ul = 0;
	else if (v >= 90 && v <= 97)
		style->fg = COLOUR_16 | (v - 90 + 8);
	else if (v >= 100 && v <= 107)
		style->bg = COLOUR_16 | (v - 100 + 8);
}

void
sgr_apply(struct style *style, const struct parser *p)
{
	if (!p->nparam)
		simple(style, 0);
	for (unsigned i = 0; i < p->nparam; i++) {
		unsigned v = p->param[i], n;

		if (v == 38)
			set_extended(&style->fg, p, &i);
		else if (v == 48)
			set_extended(&style->bg, p, &i);
		else if (v == 58)
			set_extended(&style->ul, p, &i);
		else if ((n = subs(p, i)) == 0)
			simple(style, v);
		else {
			if (v == 4)
				underline(style, p->param[i + 1] <= 5 ? p->param[i + 1] : 1);
			i += n;
		}
	}
}

/* PREFIX and a number of at most three digits. */
static char *
put_number(char *p, const char *prefix, unsigned v)
{
	while (*prefix)
		*p++ = *prefix++;
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

/* A colour that is none of the 16. */
static char *
put_extended(char *p, uint32_t colour, unsigned base)
{
	unsigned v = colour & 0xffffff;

	p = put_number(p, ";", base);
	if ((colour & COLOUR_KIND) == COLOUR_256)
		return put_number(p, ";5;", v);
	p = put_number(p, ";2;", v >> 16);
	p = put_number(p, ";", v >> 8 & 0xff);
	return put_number(p, ";", v & 0xff);
}

/* With colons: a terminal that does not know it must not read its parts as attributes. */
static char *
put_underline_colour(char *p, uint32_t colour)
{
	unsigned v = colour & 0xffffff;

	if ((colour & COLOUR_KIND) != COLOUR_RGB)
		return put_number(p, ";58:5:", v & 0xff);
	p = put_number(p, ";58:2::", v >> 16);
	p = put_number(p, ":", v >> 8 & 0xff);
	return put_number(p, ":", v & 0xff);
}

static bool
is_16(uint32_t colour)
{
	return (colour & COLOUR_KIND) == COLOUR_16;
}

static char *
put_16(char *p, uint32_t colour, unsigned base)
{
	unsigned v = colour & 0xff;

	return put_number(p, ";", v < 8 ? base + v : base + 60 + v - 8);
}

/* The reset, and what each terminal with SGR takes, or ignores by itself. */
static char *
put_plain(char *p, const struct style *style)
{
	static const char one[] = { '1', '2', '3', '5', '6', '7', '8', '9' };

	*p++ = ';';
	*p++ = '0';
	for (unsigned i = 0; style->attr >> i && i < sizeof one; i++)
		if (style->attr >> i & 1) {
			*p++ = ';';
			*p++ = one[i];
		}
	if (style->attr & STYLE_OVERLINE)
		p = put_number(p, ";", 53);
	if ((style->attr & STYLE_UNDERLINE) == 1u << STYLE_UNDERLINE_SHIFT)
		p = put_number(p, ";", 4);
	if (is_16(style->fg))
		p = put_16(p, style->fg, 30);
	return is_16(style->bg) ? put_16(p, style->bg, 40) : p;
}

enum part { PLAIN, LINE, TEXT_COLOUR, BACKGROUND, LINE_COLOUR };

/* The parameters of PART of STYLE, each behind a semicolon; without any, P. */
static char *
put_part(char *p, enum part part, const struct style *style)
{
	unsigned line = (style->attr & STYLE_UNDERLINE) >> STYLE_UNDERLINE_SHIFT;

	switch (part) {
	case PLAIN:
		return put_plain(p, style);
	case LINE:
		return line > 1 ? put_number(p, ";4:", line) : p;
	case TEXT_COLOUR:
		return style->fg && !is_16(style->fg) ? put_extended(p, style->fg, 38) : p;
	case BACKGROUND:
		return style->bg && !is_16(style->bg) ? put_extended(p, style->bg, 48) : p;
	default:
		return style->ul ? put_underline_colour(p, style->ul) : p;
	}
}

size_t
sgr_params(const struct style *style, char *buf)
{
	char params[SGR_MAX], *p = params;

	for (enum part part = PLAIN; part <= LINE_COLOUR; part++)
		p = put_part(p, part, style);
	memcpy(buf, params + 1, (size_t)(p - params) - 1);
	return (size_t)(p - params) - 1;
}

/*
 * Some terminals ignore the whole of an SGR with a colon, or take the parts of a colour that they do not know for
 * attributes.  So these come in sequences of their own, behind the reset.
 */
static char *
put_style(char *p, const struct style *style)
{
	for (enum part part = PLAIN; part <= LINE_COLOUR; part++) {
		char *end = put_part(p + 1, part, style);

		if (end == p + 1)
			continue;
		/* In the place of the first semicolon. */
		p[0] = '\033';
		p[1] = '[';
		*end = 'm';
		p = end + 1;
	}
	return p;
}

size_t
sgr_write(const struct style *from, const struct style *to, char *buf)
{
	struct style a = *from, b = *to;
	char *p = buf;

	if ((a.attr ^ b.attr) & STYLE_PROTECTED) {
		p = put_number(p, "\033[", b.attr & STYLE_PROTECTED ? 1 : 0);
		*p++ = '"';
		*p++ = 'q';
	}
	a.attr &= ~STYLE_PROTECTED;
	b.attr &= ~STYLE_PROTECTED;
	if (!style_equal(&a, &b))
		p = put_style(p, &b);
	return (size_t)(p - buf);
}
