/* SPDX-License-Identifier: MIT */
/* law: checks that a rendering restores a model, for the tests, the fuzzer and screen-replay. */
#ifndef HOLDFAST_SCREEN_LAW_H
#define HOLDFAST_SCREEN_LAW_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

/* A fresh model of the same size that was fed S's rendering; NULL: no memory. */
/*
 * Tells S how large its cells are: as those of law_restored's and law_holds's models.  A rendering does not say that,
 * and images need it (image.h).
 */
void law_cells(struct screen *s);
struct screen *law_restored(const struct screen *s, unsigned scrollback);

/*
 * Feeds the first CUT of LEN bytes to a model, renders it, and compares the model with one that was fed the
 * rendering: at once, after 300 more bytes, and after the rest and leaving the alternate screen.  What differs
 * first goes to WHY.
 */
bool law_holds(unsigned rows, unsigned cols, unsigned scrollback, const void *bytes, size_t len, size_t cut,
               char *why, size_t cap);

#endif
