/* SPDX-License-Identifier: MIT */
#include "reduce.h"

#include "charset.h"
#include "colours.h"

#define ALL_ATTRIBUTES \
	(TERMCAN_BOLD | TERMCAN_DIM | TERMCAN_ITALIC | TERMCAN_UNDERLINE | TERMCAN_BLINK | TERMCAN_INVERSE | \
	 TERMCAN_CONCEAL | TERMCAN_STRIKE | TERMCAN_OVERLINE | TERMCAN_COLONS | TERMCAN_PROTECTS)
#define BLACK 0
#define WHITE 7
#define BRIGHT 8 /* and above: the bright ones of 16 */
#define GREY 24  /* a colour whose parts differ by no more */
#define DARK 48

bool
reduce_needed(const struct termcan *t)
{
	return t->colours < TERMCAN_DIRECT || (t->can & (ALL_ATTRIBUTES | TERMCAN_ALONE)) != ALL_ATTRIBUTES;
}

/* Colours. */

static uint32_t
rgb_of(uint32_t colour)
{
	return (colour & COLOUR_KIND) == COLOUR_RGB ? colour & 0xffffff : colours_standard(colour & 0xff);
}

/* What rxvt has with 88 colours: a cube of 4 and 8 greys behind the 16. */
static uint32_t
standard_88(unsigned i)
{
	static const unsigned char level[4] = { 0, 139, 205, 255 };
	static const unsigned char grey[8] = { 46, 92, 115, 139, 162, 185, 208, 231 };

	if (i < 16)
		return colours_standard(i);
	if (i < 80)
		return (uint32_t)level[(i - 16) / 16] << 16 | (uint32_t)level[(i - 16) / 4 % 4] << 8 |
		       level[(i - 16) % 4];
	return grey[i - 80] * 0x010101u;
}

/*
 * How far apart two colours look: the weights of red and blue depend on how red they are ("redmean", a good
 * approximation to CIE L*u*v*).
 */
static uint32_t
distance(uint32_t a, uint32_t b)
{
	int r = (int)(a >> 16 & 0xff) - (int)(b >> 16 & 0xff), g = (int)(a >> 8 & 0xff) - (int)(b >> 8 & 0xff);
	int blue = (int)(a & 0xff) - (int)(b & 0xff), mean = (int)((a >> 16 & 0xff) + (b >> 16 & 0xff)) / 2;

	return (uint32_t)((((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * blue * blue) >> 8));
}

/* The nearest to RGB of the colours from FROM on, up to, not including, TO. */
static unsigned
nearest(uint32_t rgb, uint32_t (*palette)(unsigned), unsigned from, unsigned to)
{
	unsigned best = from;
	uint32_t least = UINT32_MAX;

	for (unsigned i = from; i < to; i++) {
		uint32_t d = distance(rgb, palette(i));

		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

/* Of 256 colours: in the cube of 6 levels, or in the row of greys. */
static unsigned
nearest_256(uint32_t rgb)
{
	static const unsigned char half[] = { 48, 115, 155, 195, 235 }; /* between two levels of the cube */
	unsigned at[3] = { 0 }, cube, grey;

	for (unsigned part = 0; part < 3; part++)
		while (at[part] < 5 && (rgb >> (16 - 8 * part) & 0xff) >= half[at[part]])
			at[part]++;
	cube = 16 + 36 * at[0] + 6 * at[1] + at[2];
	grey = ((rgb >> 16) + (rgb >> 8 & 0xff) + (rgb & 0xff)) / 3;
	grey = grey < 8 ? 232 : grey > 238 ? 255 : 232 + (grey - 3) / 10;
	return distance(rgb, colours_standard(grey)) < distance(rgb, colours_standard(cube)) ? grey : cube;
}

static unsigned
brightest(uint32_t rgb)
{
	unsigned r = rgb >> 16, g = rgb >> 8 & 0xff, b = rgb & 0xff;

	return r > g ? (r > b ? r : b) : g > b ? g : b;
}

static bool
is_grey(uint32_t rgb)
{
	return brightest(rgb) - (0xff - brightest(~rgb & 0xffffff)) <= GREY;
}

/* Of the four greys among 16 colours. */
static unsigned
nearest_grey(uint32_t rgb)
{
	static const unsigned char greys[] = { BLACK, BRIGHT + BLACK, WHITE, BRIGHT + WHITE };
	unsigned best = BLACK;

	for (unsigned i = 0; i < sizeof greys; i++)
		if (distance(rgb, colours_standard(greys[i])) < distance(rgb, colours_standard(best)))
			best = greys[i];
	return best;
}

/* COLOUR for a terminal of 16 to 256 colours. */
static uint32_t
reduce_many(const struct termcan *t, uint32_t colour)
{
	uint32_t rgb = rgb_of(colour);

	/* The first 16 depend on the person's taste. */
	if ((colour & COLOUR_KIND) == COLOUR_16 || ((colour & COLOUR_KIND) == COLOUR_256 && (colour & 0xff) < 16))
		return COLOUR_16 | (colour & 0xff);
	if (t->colours >= 256)
		return (colour & COLOUR_KIND) == COLOUR_256 ? colour : COLOUR_256 | nearest_256(rgb);
	if (t->colours >= 88)
		return COLOUR_256 | nearest(rgb, standard_88, 16, 88);
	if (is_grey(rgb))
		return COLOUR_16 | nearest_grey(rgb);
	return COLOUR_16 | nearest(rgb, colours_standard, 0, 16);
}

/*
 * The colour of text with 8 colours.  Bold makes one of them bright.  Black it is only if it was nearly black: the
 * background may be.
 */
static uint32_t
reduce_text(const struct termcan *t, uint32_t colour, uint32_t *attr)
{
	uint32_t rgb = rgb_of(colour);
	unsigned dull, bright, best;

	if (brightest(rgb) <= DARK)
		return COLOUR_16 | BLACK;
	dull = is_grey(rgb) ? WHITE : nearest(rgb, colours_standard, 1, WHITE);
	bright = is_grey(rgb) ? BRIGHT + WHITE : nearest(rgb, colours_standard, BRIGHT + 1, BRIGHT + WHITE);
	best = distance(rgb, colours_standard(bright)) < distance(rgb, colours_standard(dull)) ? bright : dull;
	if (best < BRIGHT)
		return COLOUR_16 | best;
	if (t->can & TERMCAN_BOLD && !(t->can & TERMCAN_BOLD_ALONE))
		*attr |= STYLE_BOLD;
	return COLOUR_16 | (best - BRIGHT);
}

/* The background.  A grey stays one. */
static uint32_t
reduce_background(uint32_t colour)
{
	uint32_t rgb = rgb_of(colour);

	if (is_grey(rgb))
		return COLOUR_16 | (brightest(rgb) > 0x60 ? WHITE : BLACK);
	return COLOUR_16 | nearest(rgb, colours_standard, 0, 8);
}

static bool
is_light(uint32_t colour)
{
	uint32_t rgb = rgb_of(colour);

	return 2 * (rgb >> 16) + 5 * (rgb >> 8 & 0xff) + (rgb & 0xff) > 8 * 128;
}

static void
reduce_colours(const struct termcan *t, struct style *s)
{
	const struct style from = *s;

	if (t->colours < 8) {
		s->fg = s->bg = 0;
		return;
	}
	if (t->colours >= 16) {
		s->fg = from.fg ? reduce_many(t, from.fg) : 0;
		s->bg = from.bg ? reduce_many(t, from.bg) : 0;
	} else {
		s->fg = from.fg ? reduce_text(t, from.fg, &s->attr) : 0;
		s->bg = from.bg ? reduce_background(from.bg) : 0;
	}
	/* Text must not vanish because two colours have become one. */
	if (s->fg && s->fg == s->bg && rgb_of(from.fg) != rgb_of(from.bg))
		s->fg = COLOUR_16 | (is_light(s->bg) ? BLACK : WHITE);
}

/* Attributes. */

static uint32_t
reduce_attributes(const struct termcan *t, uint32_t attr)
{
	static const struct { uint32_t attr; uint64_t needs; } all[] = {
		{ STYLE_BOLD, TERMCAN_BOLD }, { STYLE_DIM, TERMCAN_DIM }, { STYLE_ITALIC, TERMCAN_ITALIC },
		{ STYLE_UNDERLINE, TERMCAN_UNDERLINE }, { STYLE_BLINK | STYLE_RAPID, TERMCAN_BLINK },
		{ STYLE_INVERSE, TERMCAN_INVERSE }, { STYLE_CONCEAL, TERMCAN_CONCEAL },
		{ STYLE_STRIKE, TERMCAN_STRIKE },
		{ STYLE_OVERLINE, TERMCAN_OVERLINE }, { STYLE_PROTECTED, TERMCAN_PROTECTS },
	};

	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		if (!(t->can & all[i].needs))
			attr &= ~all[i].attr;
	if (attr & STYLE_RAPID && !(t->can & TERMCAN_XTERM))
		attr = (attr & ~STYLE_RAPID) | STYLE_BLINK;
	if (attr & STYLE_UNDERLINE && !(t->can & TERMCAN_COLONS))
		attr = (attr & ~STYLE_UNDERLINE) | 1u << STYLE_UNDERLINE_SHIFT;
	return attr;
}

static uint32_t
without_colours(const struct termcan *t, uint32_t attr)
{
	static const struct { uint32_t attr; uint64_t alone; } all[] = {
		{ STYLE_UNDERLINE, TERMCAN_UNDERLINE_ALONE }, { STYLE_DIM, TERMCAN_DIM_ALONE },
		{ STYLE_INVERSE, TERMCAN_INVERSE_ALONE }, { STYLE_BOLD, TERMCAN_BOLD_ALONE },
	};

	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		if (t->can & all[i].alone)
			attr &= ~all[i].attr;
	return attr;
}

struct style
reduce_style(const struct termcan *t, const struct style *style)
{
	struct style s = *style;

	if (!(t->can & TERMCAN_COLONS))
		s.ul = 0;
	s.attr = reduce_attributes(t, s.attr);
	if (t->colours < TERMCAN_DIRECT)
		reduce_colours(t, &s);
	if (s.fg || s.bg)
		s.attr = without_colours(t, s.attr);
	return s;
}

/* Characters. */

/* U+2500 to U+257F as the letters of DEC special graphics that are most like them, and the diagonals. */
static const char box[] =
	"qqxxqqxxqqxxllllkkkkmmmmjjjjttttttttuuuuuuuuwwwwwwwwvvvvvvvvnnnn"
	"nnnnnnnnnnnnqqxxqxlllkkkmmmjjjtttuuuwwwvvvnnnlkjm/\\Xqxqxqxqxqxqx";
/* U+00C0 to U+017F without their marks. */
static const char latin[] =
	"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo:ouuuuyty"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
	"lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
/* 0x60 to 0x7e of DEC special graphics in ASCII, as terminfo(5) has them. */
static const char drawing[] = "+:    '#  +++++~---_++++|<>*!f.";

/* The letter of line drawing for CODE, or a diagonal, or 0. */
static uint32_t
box_letter(uint32_t code)
{
	uint32_t letter = charset_drawing_letter(code);

	if (letter || code < 0x2500 || code > 0x257f)
		return letter;
	return (unsigned char)box[code - 0x2500];
}

/* What ASCII has for CODE, or '?'. */
static uint32_t
in_ascii(uint32_t code)
{
	static const struct { uint16_t from, to; char as; } others[] = {
		{ 0xa0, 0xa0, ' ' }, { 0xa1, 0xa1, '!' }, { 0xa6, 0xa6, '|' }, { 0xab, 0xab, '<' }, { 0xad, 0xad, '-' },
		{ 0xb4, 0xb4, '\'' }, { 0xb8, 0xb8, ',' }, { 0xbb, 0xbb, '>' },
		{ 0x2000, 0x200a, ' ' }, { 0x2010, 0x2015, '-' }, { 0x2018, 0x201b, '\'' }, { 0x201c, 0x201f, '"' },
		{ 0x2022, 0x2024, '*' }, { 0x2026, 0x2026, '.' }, { 0x202f, 0x202f, ' ' }, { 0x2032, 0x2032, '\'' },
		{ 0x2039, 0x2039, '<' }, { 0x203a, 0x203a, '>' }, { 0x2044, 0x2044, '/' },
		{ 0x2190, 0x2190, '<' }, { 0x2191, 0x2191, '^' }, { 0x2192, 0x2192, '>' }, { 0x2193, 0x2193, 'v' },
		{ 0x2212, 0x2212, '-' }, { 0x2580, 0x2593, '#' }, { 0x2594, 0x259f, '#' }, { 0x25a0, 0x25a0, '#' },
		{ 0x25b6, 0x25b8, '>' }, { 0x25bc, 0x25be, 'v' }, { 0x25c0, 0x25c2, '<' }, { 0x25cf, 0x25cf, '*' },
		{ 0x2605, 0x2606, '*' }, { 0x2713, 0x2714, 'v' }, { 0x2717, 0x2718, 'x' }, { 0x276f, 0x276f, '>' },
	};
	uint32_t letter = box_letter(code);

	if (letter >= 0x60 && letter <= 0x7e)
		return (unsigned char)drawing[letter - 0x60];
	if (letter)
		return letter;
	if (code >= 0xc0 && code <= 0x17f)
		return (unsigned char)latin[code - 0xc0];
	if (code > 0xff00 && code < 0xff5f)
		return code - 0xff00 + 0x20;
	for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
		if (code >= others[i].from && code <= others[i].to)
			return (unsigned char)others[i].as;
	return '?';
}

/* Whether lines are drawn by ESC ( 0.  A terminal like xterm with UTF-8 takes the characters as well. */
static bool
draws(const struct termcan *t)
{
	return t->can & TERMCAN_DRAWING && (t->can & (TERMCAN_XTERM | TERMCAN_UTF8)) != (TERMCAN_XTERM | TERMCAN_UTF8);
}

struct reduced
reduce_character(const struct termcan *t, uint32_t code, unsigned columns)
{
	const struct reduced same = { REDUCE_UTF8, code, columns };
	uint32_t letter;

	if (code < 0x80)
		return (struct reduced){ REDUCE_BYTE, code, 1 };
	for (unsigned i = 0; i < TERMCAN_UPPER && code <= 0xffff && !(t->can & TERMCAN_OWN_BYTES); i++)
		if (t->upper[i] == code)
			return (struct reduced){ REDUCE_BYTE, 0x80 + i, 1 };
	letter = t->can & TERMCAN_UTF8 ? charset_drawing_letter(code) : box_letter(code);
	if (draws(t) && letter >= 0x60 && letter <= 0x7e)
		return (struct reduced){ REDUCE_DRAWING, letter, 1 };
	if (t->can & (TERMCAN_UTF8 | TERMCAN_OWN_BYTES) || code > 0x10ffff)
		return same;
	return (struct reduced){ REDUCE_BYTE, in_ascii(code), 1 };
}
