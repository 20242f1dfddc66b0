/* SPDX-License-Identifier: MIT */
/*
 * width: how many columns a character takes: 0 (it joins the one before), 1 or 2.
 *
 * After Unicode 15.0 (width_table.h, made by width-table.py): East Asian wide and fullwidth characters and with
 * them emoji take two columns; nonspacing and enclosing marks, format characters (ZWJ, variation selectors) and
 * Hangul medial vowels and final consonants take none; ambiguous ones take one.  A sequence of emoji is as wide as
 * its parts together, as in wcwidth(3).
 */
#ifndef HOLDFAST_SCREEN_WIDTH_H
#define HOLDFAST_SCREEN_WIDTH_H

#include <stdint.h>

/* CODE: a code point that is not a control character. */
unsigned width_of(uint32_t code);

#endif
