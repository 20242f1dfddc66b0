/* SPDX-License-Identifier: MIT */
/*
 * used: how far a terminal that was used before the session began shows the model's rows.
 *
 * A model begins with its cursor in row 0, such a terminal in some row further down, below old text.  As long as a
 * program moves by line feeds, and up and down among the rows that it has come to so, all these rows are in the
 * terminal as in the model, only further down.  A row that is said (CUP, margins), or a motion that an edge stops or
 * may stop, leads elsewhere there: then nothing is known of any row, until the program erases, or the rows have
 * scrolled in anew. As far as reverse wrap stays out, the terminal's cursor is never above the model's: so when the
 * model's is in the last row, the terminal's is too.  The alternate screen begins blank, with the cursor in the row
 * that it had before.
 */
#ifndef HOLDFAST_SCREEN_USED_H
#define HOLDFAST_SCREEN_USED_H

#include <stdbool.h>

struct screen;

/* Whether the cursor's row, and those that a program may go back to from there, are in the terminal. */
bool used_agrees(const struct screen *s);
/* As screen_shown(). */
void used_begin(struct screen *s, bool shown);
/* Nothing is known of the rows any more. */
void used_lose(struct screen *s);

/* All that follows is about the screen in use. */

/* Nothing is known of its rows, unless the terminal has had all of them in their places. */
void used_stray(struct screen *s);
/* The cursor has wrapped back. */
void used_wrap_back(struct screen *s);
/* Before a relative motion by N rows, UP or down. */
void used_move(struct screen *s, unsigned n, bool up);
/* After a line feed, which has led to the next row, or scrolled. */
void used_feed(struct screen *s, bool scrolled);
/* After a program has said the cursor's row. */
void used_said(struct screen *s);
/* After ED of WHAT, from column X on. */
void used_erased(struct screen *s, unsigned what, unsigned x);
/* After DECSC, and after DECRC. */
void used_save(struct screen *s);
void used_restore(struct screen *s);
/* The alternate screen has come, blank if all terminals have CLEARED it; or gone: RESTORES: a DECRC follows. */
void used_enter(struct screen *s, bool cleared);
void used_leave(struct screen *s, bool restores);

#endif
