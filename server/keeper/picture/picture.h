/* SPDX-License-Identifier: MIT */
/*
 * picture: starts a session's painter when it is needed, and replaces one that fails.
 *
 * A model is the state of the terminal at an offset of the output.  There is a painter that has it, or it can be
 * made when it is needed: from a rendering that a painter left behind (blank at offset 0, to begin with), or, when
 * that is too old, as well as it goes from the ring's tail (adrift).
 *
 * While a terminal is attached that can answer queries, the painter follows lazily: it is woken when most of the ring
 * is new.  While none is, it follows at once and answers.  An idle painter leaves a rendering behind and exits.
 *
 * Output that the painter has not eaten is not overwritten: for that the keeper stops reading the pty for
 * milliseconds, PICTURE_PATIENCE ticks at most without progress.  A painter that makes none, exits, or breaks
 * the protocol is lost: the keeper kills it, and another one starts from the base, or else from the tail.
 *
 * Where no painter can be confined (painter_sandbox.h), there is none: nothing here parses output, no query is answered,
 * and each request is answered with 0.
 */
#ifndef HOLDFAST_PICTURE_H
#define HOLDFAST_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paint.h"
#include "picture_prints.h"
#include "state.h"

struct picture_events;

/* Makes k->picture; EVENTS are its requests' (picture_private.h).  0 or -ENOMEM. */
int picture_open(struct keeper *k, const struct picture_events *events);
/* Ends the painter and frees everything; takes one that was never opened. */
void picture_close(struct keeper *k);
void picture_watch(struct keeper *k, struct loop *l);
/* At the end of each turn: decides who answers queries (picture_attend), and does what is due. */
void picture_turn(struct keeper *k);
/* Another group is in front (k->front), as of the latest output. */
void picture_front_changed(struct keeper *k);
/* Output from BEFORE to the ring's head has just been read (asked.h). */
void picture_printed(struct keeper *k, uint64_t before);
/* The terminals' common size is now K's. */
void picture_size(struct keeper *k);
/*
 * What a terminal says of its colours (K's colours) has changed: for answers from here on.  WAS: the background before
 * that, or 0.  If the theme was light, and is dark now, or the other way round, the program in front is told, if it has
 * asked to be (?2031).
 */
void picture_terminal(struct keeper *k, uint32_t was);
/* An attachment has come, gone, or been set aside: decides whether the painter answers queries from here on. */
void picture_attend(struct keeper *k);
/* Whether the painter answers queries now. */
bool picture_answers(const struct keeper *k);
/*
 * Asks for a rendering of the model as it is now, for a terminal of this size that takes TARGET.  LINE may be NULL;
 * FLAGS: PAINT_*.  The request's number: one of the events follows.  0: there is no painter to be had.
 */
uint32_t picture_request(struct keeper *k, unsigned rows, unsigned cols, unsigned flags, const char *line,
                         const struct termcan *target);
/*
 * Gives the order M (RENDER or TEXT) for somebody who is not attached: DONE is called with OBJECT, once, later.  0;
 * -EAGAIN: the painter works on a rendering, and what attachments wait for comes first; -EFBIG: one with the scrollback
 * has just cost a painter; -ENOTSUP: there is no painter to be had.
 */
int picture_print(struct keeper *k, struct paint_order *m, picture_printed_to *done, void *object);
/* OBJECT waits no more. */
void picture_print_forget(struct keeper *k, const void *object);
/* Whether a model has been lost, so that the screen may differ, and no line has said so yet; one has now. */
bool picture_is_lossy(const struct keeper *k);
void picture_forget_loss(struct keeper *k);
/* The string that the latest rendering ends in: enum screen_string. */
unsigned picture_string(const struct keeper *k);

/*
 * The painter is to leave its rendering behind and to end, whatever else there is to do: whether there is none now.
 * None is started any more until one is asked for a rendering, or picture_go_on().
 */
bool picture_let_go(struct keeper *k);
void picture_go_on(struct keeper *k);

#endif
