/* SPDX-License-Identifier: MIT */
/*
 * steps: what a terminal gets while predictions come and go, for tests/screen/judge_overlay.mjs.  Each step is a line
 * of JSON: {"at": bytes of the program so far, "out": "what the terminal gets", in hexadecimal, "drawn": null, or while
 * predictions are drawn [[row, first column, column behind the last] ...], "cursor": [row, column] of the prediction,
 * or null, "row": where the base has the cursor}.
 */
#ifndef HOLDFAST_PREDICT_STEPS_H
#define HOLDFAST_PREDICT_STEPS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "overlay.h"

struct steps {
	FILE *to;       /* NULL: nowhere */
	size_t at;      /* bytes of the program */
	unsigned char *out;
	size_t len, cap;
};

/* A screen_put: bytes for the terminal. */
static inline void
steps_put(void *to, const void *bytes, size_t len)
{
	struct steps *s = to;

	if (s->len + len > s->cap) {
		s->cap = 2 * (s->len + len);
		s->out = realloc(s->out, s->cap);
		if (!s->out)
			abort();
	}
	memcpy(s->out + s->len, bytes, len);
	s->len += len;
}

/* Bytes of the program, for the terminal. */
static inline void
steps_program(struct steps *s, const void *bytes, size_t len)
{
	steps_put(s, bytes, len);
	s->at += len;
}

/* What may differ from the base: of a prediction also the columns beside it, which it may halve. */
static inline void
steps_drawn(const struct steps *s, const struct screen *base, const struct overlay_want *want)
{
	const char *between = "";

	fprintf(s->to, "[");
	for (unsigned i = 0; i < want->n; i++) {
		const struct overlay_cell *c = &want->cells[i];
		unsigned from = c->col ? c->col - 1u : 0u, to = c->col + (c->width == 2 ? 3u : 2u);

		if (c->row < screen_rows(base)) {
			fprintf(s->to, "%s[%u,%u,%u]", between, c->row, from, to);
			between = ",";
		}
	}
	fprintf(s->to, "]");
}

/* Ends a step, in which WANT is drawn; NULL: nothing is. */
static inline void
steps_end(struct steps *s, const struct screen *base, const struct overlay_want *want)
{
	bool drawn = want && (want->n || want->cursor) && overlay_may(base);
	struct look_cursor cursor;

	if (s->to) {
		fprintf(s->to, "{\"at\":%zu,\"out\":\"", s->at);
		for (size_t i = 0; i < s->len; i++)
			fprintf(s->to, "%02x", s->out[i]);
		fprintf(s->to, "\",\"drawn\":");
		if (drawn)
			steps_drawn(s, base, want);
		else
			fprintf(s->to, "null");
		if (drawn && want->cursor && overlay_may_row(base, want->row) && want->col < screen_cols(base))
			fprintf(s->to, ",\"cursor\":[%u,%u]", want->row, want->col);
		else
			fprintf(s->to, ",\"cursor\":null");
		look_cursor(base, &cursor);
		fprintf(s->to, ",\"row\":%u}\n", cursor.row);
	}
	s->len = 0;
}

#endif
