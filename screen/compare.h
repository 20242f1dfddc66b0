/* SPDX-License-Identifier: MIT */
/* compare: whether parts of two models are equal; of whole ones screen_equal says so (screen.h). */
#ifndef HOLDFAST_SCREEN_COMPARE_H
#define HOLDFAST_SCREEN_COMPARE_H

#include <stdbool.h>

struct row;
struct screen;

/* Whether row P of A and row Q of B have the same cells and marks. */
bool compare_rows(const struct screen *a, const struct row *p, const struct screen *b, const struct row *q);

#endif
