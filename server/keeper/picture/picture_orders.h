/* SPDX-License-Identifier: MIT */
/* picture_orders: starts a session's painter, gives it orders, and ends it. */
#ifndef HOLDFAST_PICTURE_ORDERS_H
#define HOLDFAST_PICTURE_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

struct keeper;
struct paint_order;
struct picture;
struct picture_size;

/* Asks for a rendering (RENDER, LEAVE): the request's number, or 0 when there is no painter to be had. */
uint32_t picture_ask(struct keeper *k, struct paint_order *m);
/* The painter, if there is one, hears of a size. */
void picture_tell_size(struct keeper *k, const struct picture_size *s);
/*
 * The same of what is known of the person's own terminal.  TURNED: that its theme is dark now, or light: also a painter
 * that is started for it, because a program may have asked to be told (?2031).
 */
void picture_tell_terminal(struct keeper *k, bool turned);
/* Has the painter read the output, which is new. */
void picture_feed(struct keeper *k);
/* The painter has done something, or something to do has come. */
void picture_note_progress(struct keeper *k);
/* How long a painter may take for anything. */
unsigned picture_tick_ms(const struct keeper *k);
/* The painter is no good any more. */
void picture_lose(struct keeper *k);
/* Ends the painter and forgets its requests. */
void picture_end(struct picture *p);
void picture_forget_coming(struct picture *p);

/* Whether KEEPER_READ_MAX more bytes of output overwrite nothing that the painter still needs. */
bool picture_has_room(const struct keeper *k);
/* There is new output in the ring. */
void picture_output(struct keeper *k);

#endif
