/* SPDX-License-Identifier: MIT */
/*
 * answer: the model's answers to queries, as xterm words them.  An answer is a CSI, DCS or OSC sequence of printable
 * ASCII that ends with its final byte or with ST (ESC \), independent of the query's end.  No answer has a title or a
 * selection, and none says that the terminal shows images: to kitty's query about them silence is the documented no.
 */
#ifndef HOLDFAST_SCREEN_ANSWER_H
#define HOLDFAST_SCREEN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

/* DA1 (also DECID), DA2, DA3: PRIVATE is 0, '>' or '='. */
void answer_device(struct screen *s, char private);
/* DSR and its private kin: WHAT is the first parameter, ID the second (of DECCKSR). */
void answer_status(struct screen *s, char private, unsigned what, unsigned id);
void answer_mode(struct screen *s, char private, unsigned number);
void answer_kitty(struct screen *s);
void answer_modifiers(struct screen *s, unsigned resource);
void answer_version(struct screen *s);
/* XTWINOPS: 14, 16 (in pixels, if they are known), 18, 19; others are not answered. */
void answer_size(struct screen *s, unsigned what);
/* The size in band (?2048): a program has asked for it, or it has changed. */
void answer_new_size(struct screen *s);
/* DECRQDE: the extent of what is shown. */
void answer_extent(struct screen *s);
/* DECRQPSR: 1, the cursor and all that belongs to it (DECCIR); 2, the tab stops (DECTABSR). */
void answer_presentation(struct screen *s, unsigned what);
/* DECRQUPSS: the user-preferred supplemental set. */
void answer_supplemental(struct screen *s);
/* XTSMGRAPHICS about ITEM: there are no images. */
void answer_graphics(struct screen *s, unsigned item);
/* DECRQSS: TEXT of LEN bytes names the setting. */
void answer_setting(struct screen *s, const char *text, size_t len);
/* XTGETTCAP: TEXT of LEN bytes has names in hex, with semicolons between them (answer_caps.c). */
void answer_caps(struct screen *s, const char *text, size_t len);

#endif
