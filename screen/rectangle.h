/* SPDX-License-Identifier: MIT */
/*
 * rectangle: the VT420's rectangular areas.  All take the parameters of the sequence that is being dispatched: TOP ;
 * LEFT ; BOTTOM ; RIGHT from 1, relative to the margins in origin mode, as xterm takes them.  The cursor stays.
 */
#ifndef HOLDFAST_SCREEN_RECTANGLE_H
#define HOLDFAST_SCREEN_RECTANGLE_H

#include <stdbool.h>

struct screen;

/* DECCRA: the area, a page, and the row and column that its copy begins at. */
void rectangle_copy(struct screen *s);
/* DECFRA: a character, and the area that it fills in the pen's looks. */
void rectangle_fill(struct screen *s);
/* DECERA; DECSERA if SELECTIVE: what DECSCA protects stays. */
void rectangle_erase(struct screen *s, bool selective);
/* DECCARA, or DECRARA if TOGGLE: the area, and the SGR parameters that its characters get, or that are turned. */
void rectangle_mark(struct screen *s, bool toggle);
/* DECSACE: whether those two take the area as a rectangle, or as a stream of text. */
void rectangle_extent(struct screen *s);
/* DECRQCRA: a number, a page and the area; answers with a sum of its characters, as XTCHECKSUM says. */
void rectangle_checksum(struct screen *s);
void rectangle_checksum_form(struct screen *s);

#endif
