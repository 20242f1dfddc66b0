/* SPDX-License-Identifier: MIT */
/* trail_render: says the trails of rows (trail.h) to a terminal. */
#ifndef HOLDFAST_SCREEN_TRAIL_RENDER_H
#define HOLDFAST_SCREEN_TRAIL_RENDER_H

#include <stdbool.h>

#include "out.h"

struct row;
struct screen;

/*
 * Writes ROW of S by its trail, where the cursor is in the row's first column and the row is blank.  False: it has
 * none, or that does not lead to what is in the row; nothing was written.
 */
bool trail_paint(struct out *out, const struct screen *s, const struct row *row);
/*
 * Whether the cursor is where its row's trail leads.  If FROM is not TO, the text that came last is to be that in the
 * columns FROM to TO, not included: then *LAST is how many operations that are.
 */
bool trail_leads_to(const struct screen *s, unsigned from, unsigned to, unsigned *last);
/* Writes the cursor's row, but not the LAST operations.  The cursor is in the row's first column; it is blank. */
void trail_arrive(struct out *out, const struct screen *s, unsigned last);

#endif
