/* SPDX-License-Identifier: MIT */
/*
 * answer: the model's answers to queries.  An answer is a CSI, DCS or OSC sequence of printable ASCII that ends
 * with its final byte or with ST (ESC \), independent of the query's end.  No answer has a title or a selection.
 */
#ifndef HOLDFAST_SCREEN_ANSWER_H
#define HOLDFAST_SCREEN_ANSWER_H

#include <stddef.h>

struct screen;

void answer_device(struct screen *s, char private);
void answer_status(struct screen *s, char private, unsigned what);
void answer_mode(struct screen *s, char private, unsigned number);
void answer_kitty(struct screen *s);
void answer_modifiers(struct screen *s, unsigned resource);
void answer_version(struct screen *s);
void answer_size(struct screen *s);
/* DECRQSS: TEXT of LEN bytes names the setting. */
void answer_setting(struct screen *s, const char *text, size_t len);

#endif
