/* SPDX-License-Identifier: MIT */
/*
 * scribble: predictions as no guesser makes them, from a seed: beside and over wide characters, at the right edge, over
 * colours, one over the other, with text that terminals do not agree on.
 */
#ifndef HOLDFAST_PREDICT_SCRIBBLE_H
#define HOLDFAST_PREDICT_SCRIBBLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "look.h"
#include "overlay.h"

#define SCRIBBLE_CELLS 24

struct scribble {
	uint64_t random;
	struct overlay_cell cell[SCRIBBLE_CELLS];
	struct overlay_want want;
	bool underline;
};

static inline uint32_t
scribble_random(struct scribble *s, uint32_t below)
{
	uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % below);
}

static inline void
scribble_text(struct scribble *s, struct overlay_cell *c)
{
	static const struct { const char *text; uint8_t width; } odd[] = {
		{ "\xe4\xb8\xad", 2 }, { "\xe3\x81\x82", 2 }, { "\xea\xb0\x80", 2 }, { "e\xcc\x81", 1 },
		{ "\xc3\xa9", 1 }, { "\xe4\xb8\xad\xcc\x81", 2 }, { "", 0 }, { "", 0 }, { " ", 1 },
		/* These are refused. */
		{ "\xf0\x9f\x98\x80", 2 }, { "\xe4\xb8\xad", 1 }, { "a", 2 }, { "\n", 1 }, { "\xcc\x81", 1 },
		{ "ab", 1 }, { "\xff", 1 }, { "", 1 }, { "a", 3 }, { "a\xe2\x80\x8d", 1 }, { "\xe1\x84\x80", 2 },
		{ "a\xf0\x9f", 1 },
	};
	const size_t n = sizeof odd / sizeof *odd;
	uint32_t i = scribble_random(s, 4 * (uint32_t)n);

	if (i >= n) {
		c->width = c->len = 1;
		c->text[0] = (char)(0x21 + scribble_random(s, 0x5e));
		return;
	}
	c->width = odd[i].width;
	c->len = (uint8_t)strlen(odd[i].text);
	memcpy(c->text, odd[i].text, c->len);
}

/* As typed: one cell behind the other from the cursor on, or a few erased before it. */
static inline void
scribble_typed(struct scribble *s, const struct screen *base)
{
	struct look_cursor at;
	bool erased = scribble_random(s, 6) == 0;
	unsigned col;

	look_cursor(base, &at);
	col = at.col;
	for (unsigned i = 0; i < s->want.n; i++) {
		struct overlay_cell *c = &s->cell[i];

		if (erased && col) {
			*c = (struct overlay_cell){ .row = (uint16_t)at.row, .col = (uint16_t)--col };
			continue;
		}
		c->row = (uint16_t)at.row;
		c->col = (uint16_t)col;
		c->like_row = c->row;
		c->like_col = (uint16_t)(at.col - (at.col > 0));
		scribble_text(s, c);
		col += c->width == 2 ? 2 : 1;
	}
	s->want.cursor = true;
	s->want.row = (uint16_t)at.row;
	s->want.col = (uint16_t)col;
}

/* Anywhere, also outside of the screen. */
static inline void
scribble_anywhere(struct scribble *s, const struct screen *base)
{
	unsigned rows = screen_rows(base), cols = screen_cols(base), near;
	struct look_cursor at;

	look_cursor(base, &at);
	near = scribble_random(s, 2) ? at.row : scribble_random(s, rows);

	for (unsigned i = 0; i < s->want.n; i++) {
		struct overlay_cell *c = &s->cell[i];

		c->row = (uint16_t)(scribble_random(s, 4) ? near : scribble_random(s, rows + 1));
		c->col = (uint16_t)(scribble_random(s, 3) ? scribble_random(s, cols + 2)
		                                          : cols - 1 - scribble_random(s, 3) % cols);
		if (i && scribble_random(s, 2))
			c->col = (uint16_t)(s->cell[i - 1].col + 1 - scribble_random(s, 3));
		c->like_row = (uint16_t)scribble_random(s, rows + 1);
		c->like_col = (uint16_t)scribble_random(s, cols + 1);
		scribble_text(s, c);
	}
	s->want.cursor = scribble_random(s, 2) != 0;
	s->want.row = (uint16_t)(scribble_random(s, 2) ? at.row : scribble_random(s, rows + 1));
	s->want.col = (uint16_t)scribble_random(s, cols + 1);
}

/* Makes a want.  Sometimes one that has most of the last one's cells, as a guesser's have. */
static inline void
scribble_make(struct scribble *s, const struct screen *base)
{
	uint32_t how = scribble_random(s, 8);

	if (how == 0 && s->want.n > 1) {
		s->want.n--;
		return;
	}
	s->want.cells = s->cell;
	s->want.n = scribble_random(s, how == 1 ? SCRIBBLE_CELLS : 5);
	memset(s->cell, 0, sizeof s->cell);
	if (how < 6)
		scribble_typed(s, base);
	else
		scribble_anywhere(s, base);
	for (unsigned i = 0; i < s->want.n; i++)
		s->cell[i].unconfirmed = scribble_random(s, 2) != 0;
	s->underline = scribble_random(s, 3) == 0;
}

#endif
