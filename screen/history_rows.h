/* SPDX-License-Identifier: MIT */
/* history_rows: lines of the scrollback (history.h) that become rows again when the size changes. */
#ifndef HOLDFAST_SCREEN_HISTORY_ROWS_H
#define HOLDFAST_SCREEN_HISTORY_ROWS_H

#include <stdbool.h>

#include "cell.h"

struct history;
struct screen;

/* Takes the last line away and gives each of its characters to EACH; false: there is none. */
typedef void history_cell(void *to, cell c, unsigned width);
bool history_take(struct screen *s, history_cell *each, void *to);
/* Before the width changes: what only the old width allowed is cut off the lines. */
void history_cut(struct history *h);

#endif
