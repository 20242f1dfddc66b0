/* SPDX-License-Identifier: MIT */
/*
 * out: bytes on their way to a terminal, in larger pieces, and the style and link that are in force there.
 *
 * A sequence that not every terminal takes is written only if out_can(OUT, TERMCAN_...) says so.
 */
#ifndef HOLDFAST_SCREEN_OUT_H
#define HOLDFAST_SCREEN_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"
#include "style.h"

struct out {
	screen_put *put;
	void *to;
	const struct termcan *target; /* what the terminal takes */
	bool everything;     /* no terminal is known: a model may read this */
	struct style style;  /* in force at the terminal */
	const char *link;    /* the same for the hyperlink: LINK_LEN bytes, as link.h keeps them */
	size_t link_len;
	bool reduces;        /* TARGET does not take all looks (reduce.h) */
	bool drawing;        /* ESC ( 0 is in force */
	bool shifted;        /* flow.h: whether a model's cursor would be shifted there */
	bool stays;          /* the cursor's row came last, and the cursor is still in it (render.c), … */
	bool moved;          /* … but somewhere else */
	bool underlaid;      /* flow_underlay has seen to the row that comes */
	bool open;           /* the beginning of a character came last, and is none: another byte might make it one */
	size_t n;
	char buf[4096];
};

/* TARGET: the caller's, as long as O is in use; NULL, or nothing known: a terminal that takes everything. */
void out_begin(struct out *o, const struct termcan *target, screen_put *put, void *to);
/* Whether the terminal takes all that ABILITIES (TERMCAN_*) name. */
static inline bool
out_can(const struct out *o, uint64_t abilities)
{
	return (o->target->can & abilities) == abilities;
}

void out_flush(struct out *o);
void out_bytes(struct out *o, const void *bytes, size_t len);
void out_text(struct out *o, const char *text);
void out_format(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_code(struct out *o, uint32_t code);
/* CODE, which takes COLUMNS, as the terminal has it (reduce.h); how many columns that takes: not more. */
unsigned out_character(struct out *o, uint32_t code, unsigned columns);
/* Line drawing by ESC ( 0, which out_character() turns on and off: before other text it must be off. */
void out_drawing(struct out *o, bool on);
/* Text of a title, and of an address: as the terminal's character set permits.  In addresses bytes become %XX. */
void out_title(struct out *o, const char *text);
void out_uri(struct out *o, const char *text, size_t len);
void out_style(struct out *o, const struct style *style);
void out_plain(struct out *o);
void out_link(struct out *o, const char *link, size_t len);

#endif
