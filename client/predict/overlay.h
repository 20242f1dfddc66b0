/* SPDX-License-Identifier: MIT */
/*
 * overlay: predicted cells and a predicted cursor, drawn over what the terminal shows.
 *
 * The terminal shows the base: the model of a terminal that got the host's bytes and nothing else.  Whatever is drawn
 * over it is taken back by writing the base's own cells, so that the terminal is again as if nothing had been drawn:
 * cells, cursor, pen, link, and what a REP or a combining mark that comes next would act on.  The cursor is never
 * saved in the terminal (DECSC), no row is scrolled, no mark, margin, tab stop or mode is touched.
 *
 * On the main screen the terminal may show the base's rows further down than the base has them: there only the row of
 * the cursor is drawn in, and no row is said.
 *
 * A terminal must know CUP, CUF, SGR and ECH: all those since the VT220.
 */
#ifndef HOLDFAST_PREDICT_OVERLAY_H
#define HOLDFAST_PREDICT_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "overlay_want.h"
#include "screen.h"

struct overlay;

/* NULL: no memory. */
struct overlay *overlay_new(void);
void overlay_free(struct overlay *o);

/*
 * Whether anything may be drawn over BASE now: no open sequence or character, no pending wrap, no ?2026, no margins but
 * the whole screen, no origin or insert mode, no cursor whose place terminals disagree on, and no row that a terminal
 * which was used before may have otherwise (screen/used.h).
 */
bool overlay_may(const struct screen *base);
/*
 * Whether WIDTH columns at ROW, COL (0 is one, erased) may be drawn over: not the last column, nothing that is
 * protected, nothing in a row in which terminals disagree where characters stand.
 */
bool overlay_may_cell(const struct screen *base, unsigned row, unsigned col, unsigned width);

/* Whether a place in ROW can be said: on the main screen only in the cursor's. */
bool overlay_may_row(const struct screen *base, unsigned row);

/*
 * Shows WANT in place of what is drawn, with few bytes: none if nothing changes.  Cells that overlay_may_cell() or
 * overlay_may_row() refuse are left out; where overlay_may() is false nothing is drawn.  UNDERLINE: those that are
 * unconfirmed are underlined.
 */
void overlay_draw(struct overlay *o, const struct screen *base, const struct overlay_want *want, bool underline,
                  screen_put *put, void *to);
/* The terminal shows the base again, exactly.  To be called before BASE gets a new size, or is another one. */
void overlay_take_back(struct overlay *o, const struct screen *base, screen_put *put, void *to);
/*
 * The same before LEN BYTES of the host's come, as far as they need it: BASE has not been fed them yet.  Behind this
 * come the bytes, to the terminal and to the base, and then overlay_draw() or overlay_take_back().
 */
void overlay_before(struct overlay *o, const struct screen *base, const void *bytes, size_t len, screen_put *put,
                    void *to);
/* Somebody else has drawn the terminal anew: nothing of the overlay is there.  So too where BASE has got a new size. */
void overlay_forget(struct overlay *o);
/* How many cells are drawn. */
unsigned overlay_drawn(const struct overlay *o);

#endif
