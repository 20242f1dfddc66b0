/* SPDX-License-Identifier: MIT */
/* tidy: makes the tables that cells refer to anew from what is in use. */
#ifndef HOLDFAST_SCREEN_TIDY_H
#define HOLDFAST_SCREEN_TIDY_H

struct screen;

void tidy_styles(struct screen *s);
void tidy_clusters(struct screen *s);
void tidy_links(struct screen *s);

#endif
