/* SPDX-License-Identifier: MIT */
/*
 * cell: one position of a screen, in 64 bits: its text, its style and its hyperlink.
 *
 * 0 is an unwritten position in the default style.  An erased position has no text, and a style with only a
 * background.  A wide character is a cell with CELL_WIDE and, right of it, one with CELL_TAIL.
 */
#ifndef HOLDFAST_SCREEN_CELL_H
#define HOLDFAST_SCREEN_CELL_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t cell;

#define CELL_CODE UINT64_C(0x1fffff)    /* a code point, or with CELL_CLUSTER an index into the clusters */
#define CELL_CLUSTER UINT64_C(0x200000)
#define CELL_WIDE UINT64_C(0x400000)
#define CELL_TAIL UINT64_C(0x800000)
#define CELL_WHAT UINT64_C(0xffffff)    /* all of the above */
#define CELL_STYLE_SHIFT 24
#define CELL_STYLE_MAX 0x7fffffu
#define CELL_SHIFTED (UINT64_C(1) << 47) /* flow.h */
#define CELL_LOOK (~(CELL_WHAT | CELL_SHIFTED)) /* style and link */
#define CELL_LINK_SHIFT 48

static inline cell
cell_make(uint64_t what, uint32_t style, uint32_t link)
{
	return what | (uint64_t)style << CELL_STYLE_SHIFT | (uint64_t)link << CELL_LINK_SHIFT;
}

static inline uint32_t
cell_style(cell c)
{
	return (uint32_t)(c >> CELL_STYLE_SHIFT) & CELL_STYLE_MAX;
}

static inline uint32_t
cell_link(cell c)
{
	return (uint32_t)(c >> CELL_LINK_SHIFT);
}

static inline bool
cell_empty(cell c)
{
	return (c & CELL_WHAT) == 0;
}

/* The same cell with another text: style and link stay. */
static inline cell
cell_with(cell c, uint64_t what)
{
	return (c & ~CELL_WHAT) | what;
}

#endif
