/* SPDX-License-Identifier: MIT */
/* history_rows: lines of the scrollback (history.h) that become rows again when the size changes. */
#ifndef HOLDFAST_SCREEN_HISTORY_ROWS_H
#define HOLDFAST_SCREEN_HISTORY_ROWS_H

#include <stdbool.h>

#include "cell.h"

struct history;
struct mark;
struct screen;

/* Takes the last line away and gives each of its characters to EACH, each mark to EACH_MARK; false: there is none. */
typedef void history_cell(void *to, cell c, unsigned width);
typedef void history_shell_mark(void *to, const struct mark *mark);
bool history_take(struct screen *s, history_cell *each, history_shell_mark *each_mark, void *to);
/*
 * Before the width changes: what only the old width allowed is cut off the lines, and a prompt that stood at the start
 * of a row stands at the start of its line.
 */
void history_cut(struct history *h);

#endif
