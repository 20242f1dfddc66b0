/* SPDX-License-Identifier: MIT */
/*
 * painting_parts: what the files of painting.h have in common.  painting.c: when there is a painter and what it is
 * told; painting_in.c: what it says; painting_base.c: what a model can be made from when there is none.
 */
#ifndef HOLDFAST_PAINTING_PARTS_H
#define HOLDFAST_PAINTING_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "painting.h"

#define PARK_MS 500       /* idle for so long, it leaves */
#define PARK_MS_MAX 60000 /* and longer, when it has to come back soon each time */

struct keeper;

/* RENDER and LEAVE: the request's number, or 0. */
uint32_t painting_ask(struct keeper *k, struct paint_order *m);
/* It has done something, or something to do has come. */
void painting_note_progress(struct keeper *k);
/* The painter is no good any more. */
void painting_lose(struct keeper *k);
/* After this there is no painter; what is open is gone. */
void painting_end(struct painting *p);
void painting_forget_coming(struct painting *p);
/* Takes what has come.  Each of it may end in there being no painter. */
void painting_receive(struct keeper *k);


/* From OFFSET on it is this rendering, which this takes over, of the size that there is now. */
void painting_base_set(struct keeper *k, uint64_t offset, unsigned char *bytes, size_t len);
/* The painter is gone with its model: is the base good enough to start with again? */
void painting_base_after_loss(struct keeper *k);
/* Before a painter is started: a base that is in the ring; without one, some of its tail. */
void painting_base_choose(struct keeper *k);
/* Remembers the size that there is now; as it was remembered. */
struct painting_size *painting_base_size(struct keeper *k);

#endif
