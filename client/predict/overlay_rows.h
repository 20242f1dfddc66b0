/* SPDX-License-Identifier: MIT */
/*
 * overlay_rows: from what is drawn to what shall be, with the fewest cells written.
 *
 * Where a predicted cell covers one half of a wide character of the base, no terminal can show the other half: a blank
 * stands there as long as the prediction does.
 */
#ifndef HOLDFAST_PREDICT_OVERLAY_ROWS_H
#define HOLDFAST_PREDICT_OVERLAY_ROWS_H

#include <stdbool.h>

struct drawn;
struct drawn_list;
struct patch;
struct screen;

/*
 * Writes by PATCH what differs between NOW, which the terminal shows, and NEXT; returns how many pieces that is.
 * PATCH NULL: only counts.
 */
unsigned overlay_rows(const struct screen *base, const struct drawn_list *now, const struct drawn_list *next,
                      struct patch *patch);
/* Whether a cell of LIST covers one half of a wide character of BASE. */
bool overlay_rows_halve(const struct screen *base, const struct drawn_list *list);

#endif
