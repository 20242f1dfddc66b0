/* SPDX-License-Identifier: MIT */
/* edit: erasing, inserting and deleting. */
#ifndef HOLDFAST_SCREEN_EDIT_H
#define HOLDFAST_SCREEN_EDIT_H

#include <stdbool.h>

struct screen;

/*
 * Erases the cells of row Y from FROM up to, not including, TO; SELECTIVE: protected ones stay.
 */
void edit_erase_cells(struct screen *s, unsigned y, unsigned from, unsigned to, bool selective);
/* ED and EL with their parameter; SELECTIVE: protected characters stay (DECSED, DECSEL, and after SPA all). */
void edit_erase_display(struct screen *s, unsigned what, bool selective);
void edit_erase_line(struct screen *s, unsigned what, bool selective);
void edit_erase_chars(struct screen *s, unsigned n);
void edit_insert_chars(struct screen *s, unsigned n);
void edit_delete_chars(struct screen *s, unsigned n);
void edit_insert_lines(struct screen *s, unsigned n);
void edit_delete_lines(struct screen *s, unsigned n);
/* DECIC, DECDC: columns from the cursor's on, in all rows of the margins. */
void edit_insert_columns(struct screen *s, unsigned n);
void edit_delete_columns(struct screen *s, unsigned n);
/* SU, SD, SL, SR: scroll the area within the margins; the latter two only if the cursor is in there. */
void edit_scroll_up(struct screen *s, unsigned n);
void edit_scroll_down(struct screen *s, unsigned n);
void edit_scroll_left(struct screen *s, unsigned n);
void edit_scroll_right(struct screen *s, unsigned n);
/* DECALN */
void edit_align(struct screen *s);

#endif
