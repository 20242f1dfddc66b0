/* SPDX-License-Identifier: MIT */
/*
 * width: how many columns a character takes: 0 (it joins the one before), 1 or 2; whether terminals agree on that; and
 * to which class it belongs where characters form clusters (graphemes.h).
 *
 * After Unicode (width_table.h, made by width-table.py, which says what is doubtful): East Asian wide and fullwidth
 * characters and with them emoji take two columns; nonspacing and enclosing marks, format characters (ZWJ, variation
 * selectors) and Hangul medial vowels and final consonants take none; ambiguous ones take one.  A sequence of emoji is
 * as wide as its parts together, as in wcwidth(3).
 */
#ifndef HOLDFAST_SCREEN_WIDTH_H
#define HOLDFAST_SCREEN_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

#define WIDTH_COLUMNS 3u
#define WIDTH_DOUBTFUL 4u /* terminals disagree */
#define WIDTH_CLASS_SHIFT 3

/* UAX #29: Grapheme_Cluster_Break, Extended_Pictographic, Indic_Conjunct_Break.  In the order of width-table.py. */
enum width_class {
	WIDTH_OTHER, WIDTH_EXTEND, WIDTH_ZWJ, WIDTH_SPACING, WIDTH_PREPEND, WIDTH_L, WIDTH_V, WIDTH_T, WIDTH_LV,
	WIDTH_REGIONAL, WIDTH_PICTOGRAPH, WIDTH_CONSONANT, WIDTH_LINKER, WIDTH_LVT,
};

/* Columns, WIDTH_DOUBTFUL, and the class shifted.  CODE: a code point that is not a control character. */
unsigned width_what(uint32_t code);

/* The common wide characters without exceptions and of no class: kana but its combining marks, Han. */
static inline bool
width_is_wide(uint32_t code)
{
	return (code >= 0x309b && code <= 0x30ff) || (code >= 0x4e00 && code <= 0x9fff);
}

static inline unsigned
width_of(uint32_t code)
{
	return width_what(code) & WIDTH_COLUMNS;
}

static inline enum width_class
width_class(uint32_t code)
{
	return (enum width_class)(width_what(code) >> WIDTH_CLASS_SHIFT);
}

#endif
