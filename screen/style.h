/* SPDX-License-Identifier: MIT */
/*
 * style: the look of a cell (colours and attributes), and the table that numbers the looks in use.
 *
 * The table never fills: when it has grown to twice the number of looks last in use, its owner rebuilds it from the
 * cells (tidy.h).
 */
#ifndef HOLDFAST_SCREEN_STYLE_H
#define HOLDFAST_SCREEN_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A colour is 0, the terminal's own, or a kind and a value. */
#define COLOUR_16 0x01000000u      /* SGR 30-37 and 90-97: 0-15 */
#define COLOUR_256 0x02000000u     /* SGR 38;5;n */
#define COLOUR_RGB 0x03000000u     /* SGR 38;2;r;g;b */
#define COLOUR_KIND 0xff000000u

#define STYLE_BOLD 0x0001u
#define STYLE_DIM 0x0002u
#define STYLE_ITALIC 0x0004u
#define STYLE_BLINK 0x0008u
#define STYLE_RAPID 0x0010u
#define STYLE_INVERSE 0x0020u
#define STYLE_CONCEAL 0x0040u
#define STYLE_STRIKE 0x0080u
#define STYLE_OVERLINE 0x0100u
#define STYLE_UNDERLINE 0x0e00u    /* 1 single, 2 double, 3 curly, 4 dotted, 5 dashed */
#define STYLE_UNDERLINE_SHIFT 9
#define STYLE_PROTECTED 0x1000u    /* DECSCA */

struct style {
	uint32_t fg, bg, ul;
	uint32_t attr;
};

struct styles {
	struct style *all; /* all[0] is the default style */
	uint32_t count, cap;
	uint32_t *slots;   /* a hash table of numbers; 0 is a free slot */
	uint32_t nslots;   /* a power of two */
	uint32_t limit;    /* at this count it is time to renumber */
};

bool style_equal(const struct style *a, const struct style *b);

/* Whether there was memory. */
bool styles_init(struct styles *t);
void styles_free(struct styles *t);
/* The number of STYLE, added if new; 0, the default style: no memory. */
uint32_t styles_number(struct styles *t, const struct style *style);
bool styles_full(const struct styles *t);
size_t styles_memory(const struct styles *t);

static inline const struct style *
styles_get(const struct styles *t, uint32_t number)
{
	return &t->all[number];
}

#endif
