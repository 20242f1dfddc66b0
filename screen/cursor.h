/* SPDX-License-Identifier: MIT */
/* cursor: where the cursor is and how it moves. */
#ifndef HOLDFAST_SCREEN_CURSOR_H
#define HOLDFAST_SCREEN_CURSOR_H

#include <stdbool.h>

#include "model.h"

/* Moves to a position on the screen, or to the nearest permitted one; clears a pending wrap. */
void cursor_to(struct screen *s, unsigned x, unsigned y);
/* To a position as programs say it: from 0, relative to the margins in origin mode. */
void cursor_address(struct screen *s, unsigned x, unsigned y);
void cursor_home(struct screen *s);
void cursor_up(struct screen *s, unsigned n);
void cursor_down(struct screen *s, unsigned n);
/* BS and CUB, with reverse wrap. */
void cursor_left(struct screen *s, unsigned n);
void cursor_right(struct screen *s, unsigned n);
/* To row Y, in the same column; and N columns to the right, past a margin too. */
void cursor_rows(struct screen *s, unsigned y);
void cursor_columns(struct screen *s, unsigned n);
void cursor_return(struct screen *s);
void cursor_tab(struct screen *s, unsigned n);
/* A pending wrap stays, as in xterm. */
void cursor_backtab(struct screen *s, unsigned n);
/* IND: down, scrolling at the bottom margin; and RI. */
void cursor_index(struct screen *s);
void cursor_reverse_index(struct screen *s);
/* LF, VT, FF: the row below does not go on with this one. */
void cursor_linefeed(struct screen *s);
/* The automatic wrap, after the last column; and one column before it: false if not possible. */
void cursor_wrap(struct screen *s);
bool cursor_wrap_early(struct screen *s);
void cursor_save(struct screen *s);
void cursor_restore(struct screen *s);
void tabs_reset(unsigned char *tabs, unsigned from, unsigned cols);

#endif
