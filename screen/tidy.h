/* SPDX-License-Identifier: MIT */
/* tidy: rebuilds the tables that cells refer to from the entries in use. */
#ifndef HOLDFAST_SCREEN_TIDY_H
#define HOLDFAST_SCREEN_TIDY_H

struct screen;

void tidy_styles(struct screen *s);
void tidy_clusters(struct screen *s);
void tidy_links(struct screen *s);

#endif
