/* SPDX-License-Identifier: MIT */
/*
 * guess: what the terminal will show once the host has answered the keys that are on their way.
 *
 * It reads the base (screen/, the model that is fed with the host's output), and says which cells and which cursor an
 * overlay is to show.  It does no I/O and has no clock: NOW is in milliseconds of any clock that does not go back.
 * Learning is inside, and lives as long as the guess does.  Not for several threads.
 */
#ifndef HOLDFAST_PREDICT_GUESS_H
#define HOLDFAST_PREDICT_GUESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guess_count.h"

struct frame_taken;
struct frame_tty;
struct guess;
struct overlay_want;
struct screen;

/* NULL: out of memory. */
struct guess *guess_new(void);
void guess_free(struct guess *g);

/*
 * The person has typed LEN BYTES, the first of which has OFFSET in the stream of input; BASE is as the last
 * guess_output() said.  PASTED: they are a part of a paste.
 */
void guess_keys(struct guess *g, const struct screen *base, const unsigned char *bytes, size_t len, uint64_t offset,
    uint64_t now, bool pasted);
/* BASE has been fed, up to OFFSET of the output. */
void guess_output(struct guess *g, const struct screen *base, uint64_t offset, uint64_t now);
/* What the host says; in its order with the output, so guess_taken() comes behind the output that it speaks of. */
void guess_tty(struct guess *g, const struct frame_tty *t);
void guess_taken(struct guess *g, const struct screen *base, const struct frame_taken *t);
/* A resize, a rendering, a gap …: nothing that is outstanding is predicted any more. */
void guess_reset(struct guess *g);

/* What an overlay is to show on BASE, never NULL; valid until the next call. */
const struct overlay_want *guess_want(struct guess *g, const struct screen *base);
/* Whether keys are on their way whose effect the base does not have yet. */
bool guess_outstanding(const struct guess *g);

void guess_counts(const struct guess *g, struct guess_count *c);

#endif
