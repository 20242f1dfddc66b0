/* SPDX-License-Identifier: MIT */
/*
 * picture: when a session's painter is there, what it is told, and what happens when it fails.
 *
 * A model is the state of the terminal at an offset of the output.  There is a painter that has it, or it can be
 * made when it is needed: from a rendering that a painter left behind (blank at offset 0, to begin with), or, when
 * that is too old, as well as it goes from the ring's tail (adrift).
 *
 * While somebody is attached who can answer queries, the painter follows lazily: it is woken when most of the ring is
 * new.  While nobody is, it follows at once and answers.  Idle, it leaves a rendering behind and goes.
 *
 * Output that the painter has not eaten is not overwritten: for that the keeper stops reading the pty for
 * milliseconds, PICTURE_PATIENCE ticks at most without progress.  A painter that makes none, goes, or does not
 * keep to the protocol is lost: it is killed, and another one starts with what there is.
 */
#ifndef HOLDFAST_PAINTING_H
#define HOLDFAST_PAINTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paint.h"
#include "state.h"

struct picture_events;

/* Makes k->picture; EVENTS are its requests' (picture_private.h).  0 or -ENOMEM. */
int picture_open(struct keeper *k, const struct picture_events *events);
/* Ends the painter and frees everything; takes one that was never opened. */
void picture_close(struct keeper *k);
void picture_watch(struct keeper *k, struct loop *l);
/* At the end of each turn: whose it is to answer, what is due. */
void picture_turn(struct keeper *k);
/* Another group is in front (k->front), as of the latest output. */
void picture_front_changed(struct keeper *k);
/* The terminals' common size is now K's. */
void picture_size(struct keeper *k);
/* Somebody has come, gone, or been set aside: queries from here on may be for somebody else to answer. */
void picture_attend(struct keeper *k);
/* Whether it is the painter's to answer queries now. */
bool picture_answers(const struct keeper *k);
/*
 * Asks for a rendering of the model as it is now, for a terminal of this size.  LINE may be NULL; FLAGS: PAINT_*.
 * The request's number: one of the events follows.  0: there is no painter to be had.
 */
uint32_t picture_request(struct keeper *k, unsigned rows, unsigned cols, unsigned flags, const char *line);
/* Whether a model has been lost, so that the screen may not be what it was, and nobody was told yet; now somebody was. */
bool picture_is_lossy(const struct keeper *k);
void picture_forget_loss(struct keeper *k);
/* In what the latest rendering ends: enum screen_string. */
unsigned picture_string(const struct keeper *k);

#endif
