/* SPDX-License-Identifier: MIT */
/* title: the window's title and the icon's, with the stacks of CSI 22 t and CSI 23 t. */
#ifndef HOLDFAST_SCREEN_TITLE_H
#define HOLDFAST_SCREEN_TITLE_H

#include <stddef.h>

struct title;

void title_set(struct title *t, const char *text, size_t len);
void title_push(struct title *t);
void title_pop(struct title *t);
/* Forgets all. */
void title_free(struct title *t);

#endif
