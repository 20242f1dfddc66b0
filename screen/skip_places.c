/* SPDX-License-Identifier: MIT */
#include "skip_places.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "skip_scan.h"
#include "skip_walk.h"
#include "trail.h"

/*
 * Whether what comes is written into the cells and nowhere else.  It is not while the row at the cursor has a trail, to
 * which all is added.  A trail of another row stays as it is, as long as nothing is written into that row.
 */
static bool
writes_cells_alone(struct screen *s)
{
	for (unsigned y = 0; y < s->rows; y++)
		if (s->row[y]->odd)
			trail_settle(s, s->row[y]);
	return !s->row[s->y]->trail && !(s->trailed && s->trailed->trail);
}

/* Whether no cell depends on its neighbours. */
static bool
is_simple(const struct screen *s)
{
	for (unsigned y = 0; y < s->rows; y++) {
		const struct row *row = s->row[y];

		for (unsigned x = 0; x < row->len; x++)
			if (row->c[x] & (CELL_WIDE | CELL_TAIL | CELL_CLUSTER))
				return false;
	}
	return true;
}

static void
set_bit(uint64_t *words, unsigned bit)
{
	words[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* Whether anything is written into a row that has a trail. */
static bool
writes_into_trail(const struct skip_walk *w)
{
	size_t n = w->rows * w->words;

	for (unsigned y = 0; y < w->rows; y++)
		for (size_t i = 0; w->s->row[y]->trail && i < w->parts * w->words; i++)
			if (w->written[i / w->words * n + y * w->words + i % w->words])
				return true;
	return false;
}

/* The rows that go on with no other, and have no marks, stay so. */
static void
mark_rows(const struct skip_walk *w, uint64_t *bits)
{
	for (unsigned y = 0; y < w->rows; y++) {
		if (!w->s->row[y]->cont)
			set_bit(bits + y * w->words, w->cols);
		if (!w->s->row[y]->marks.has)
			set_bit(bits + y * w->words, w->cols + 1);
	}
}

/*
 * The last part that begins where all before it may be passed over: its offset, or 0.  That is where it and those
 * behind it write all cells that any part writes.
 */
static size_t
find(const struct skip_walk *w)
{
	size_t n = w->rows * w->words;
	unsigned part = w->parts;
	uint64_t *all = calloc(2, n * sizeof *all), *last = all + n;

	if (!all)
		return 0;
	mark_rows(w, all);
	mark_rows(w, last);
	for (size_t i = 0; i < w->parts * n; i++)
		all[i % n] |= w->written[i];
	while (memcmp(all, last, n * sizeof *all) != 0) {
		part--;
		for (size_t i = 0; i < n; i++)
			last[i] |= w->written[part * n + i];
	}
	free(all);
	return part < w->parts && w->part[part] >= SKIP_WORTH ? w->part[part] : 0;
}

static void
pass_over(struct screen *s, const struct skip_walk *w, const unsigned char *p, size_t len)
{
	skip_apply_pen(s, p, len, &w->sgr);
	for (unsigned i = 0; i < SKIP_SWITCHES; i++)
		if (w->switched[i])
			screen_feed(s, w->switched[i], w->switched_len[i]);
}

size_t
skip_places(struct screen *s, const unsigned char *p, size_t len, size_t *clean)
{
	struct skip_walk w = { .s = s, .rows = s->rows, .cols = s->cols, .x = s->x, .y = s->y, .pending = s->pending,
		               .words = (s->cols + SKIP_ROW_BITS + 63) / 64, .step = len / SKIP_PARTS, .parts = 1 };
	size_t skipped = 0;

	*clean = 0;
	if (mode(s, MODE_INSERT) || mode(s, MODE_ORIGIN) || s->parser.utf8_n || s->shift || !writes_cells_alone(s))
		return 0;
	w.written = w.here = calloc(SKIP_PARTS * w.rows * w.words, sizeof *w.written);
	if (w.written) {
		*clean = skip_walk(&w, p, len);
		if (*clean >= SKIP_WORTH && is_simple(s) && !writes_into_trail(&w))
			skipped = find(&w);
		else if (*clean >= SKIP_WORTH)
			*clean /= 2; /* by then such cells may have been written over */
	}
	if (skipped)
		pass_over(s, &w, p, skipped);
	free(w.written);
	return skipped;
}
