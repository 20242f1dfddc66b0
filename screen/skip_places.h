/* SPDX-License-Identifier: MIT */
/*
 * skip_places: output of programs that place their text on the screen and do not scroll (skip.h).
 *
 * The cursor is followed, and no cell is written.  What has been written is gone as soon as all the cells that it may
 * have changed have been written again.
 */
#ifndef HOLDFAST_SCREEN_SKIP_PLACES_H
#define HOLDFAST_SCREEN_SKIP_PLACES_H

#include <stddef.h>

struct screen;

/* As screen_skip(). */
size_t skip_places(struct screen *s, const unsigned char *p, size_t len, size_t *clean);

#endif
