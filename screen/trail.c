/* SPDX-License-Identifier: MIT */
#include "trail.h"

#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "graphemes.h"
#include "model.h"
#include "row.h"

#define FIRST_CAP 32

void
trail_drop(struct row *row)
{
	free(row->trail);
	row->trail = NULL;
}

bool
trail_settle(const struct screen *s, struct row *row)
{
	for (unsigned x = 0; x < row->len; x++)
		if (row->c[x] & CELL_CLUSTER)
			return false;
	if (flow_is_shifted(s, row))
		return false;
	trail_drop(row);
	row->odd = false;
	return true;
}

size_t
trail_memory(const struct row *row)
{
	return row->trail ? sizeof *row->trail + (row->trail->base + row->trail->cap) * sizeof *row->trail->word : 0;
}

bool
trail_leads(const struct screen *s)
{
	return s->trailed && s->trailed == s->row[s->y] && s->trailed->trail;
}

static void
add(struct row *row, cell word)
{
	struct trail *t = row->trail;

	if (t && t->n == t->cap) {
		unsigned cap = t->cap * 2 < TRAIL_MAX ? t->cap * 2 : TRAIL_MAX;
		struct trail *more = NULL;

		if (t->cap < cap)
			more = realloc(t, sizeof *t + (t->base + cap) * sizeof *t->word);
		if (!more) {
			trail_drop(row);
			return;
		}
		row->trail = t = more;
		t->cap = cap;
	}
	if (t)
		t->word[t->base + t->n++] = word;
}

static void
add_kind(struct row *row, enum trail_kind kind, uint32_t style, unsigned n)
{
	add(row, cell_make(CELL_TAIL | kind, style, n < 0xffff ? n : 0xffff));
}

/* Whether what is written now is what a trail can hold. */
static bool
can_hold(const struct screen *s)
{
	return mode(s, MODE_WRAP) && !mode(s, MODE_INSERT) && !mode(s, MODE_CLUSTERS) && s->left == 0 &&
	       s->right == s->cols - 1;
}

/* Whether all terminals show ROW in the same way, and no row goes on with it. */
static bool
is_agreed(const struct screen *s, const struct row *row)
{
	for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++)
		if (row->marks.has & 1u << kind && row->marks.at[kind] == s->cols)
			return false;
	return !row->cont && (s->y + 1 == s->rows || !s->row[s->y + 1]->cont) && !(row->odd && flow_is_shifted(s, row));
}

static void
begin(struct screen *s)
{
	struct row *row = s->row[s->y];
	unsigned base = row_used(row);

	if (s->shift || !can_hold(s) || !is_agreed(s, row))
		return;
	row->trail = malloc(sizeof *row->trail + (base + FIRST_CAP) * sizeof *row->trail->word);
	if (!row->trail)
		return;
	*row->trail = (struct trail){ .base = base, .cap = FIRST_CAP };
	memcpy(row->trail->word, row->c, base * sizeof *row->c);
	for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++)
		if (row->marks.has & 1u << kind) {
			add_kind(row, TRAIL_COLUMN, 0, row->marks.at[kind]);
			add_kind(row, TRAIL_MARK, 0, kind);
		}
	add_kind(row, TRAIL_COLUMN, 0, s->x);
	s->trailed = row;
}

/* What comes is written at the cursor: the trail leads there, or is dropped. */
static void
lead(struct screen *s)
{
	struct row *row = s->row[s->y];

	if (!can_hold(s) || (s->trailed != row && s->shift)) {
		trail_drop(row);
		return;
	}
	if (s->trailed != row)
		add_kind(row, TRAIL_COLUMN, 0, s->x);
	s->trailed = row;
}

void
trail_before(struct screen *s, bool doubtful)
{
	if (s->row[s->y]->trail)
		lead(s);
	else if (doubtful)
		begin(s);
}

void
trail_text(struct screen *s, unsigned n)
{
	struct row *row = s->row[s->y];
	const cell *c = row->c + s->x;

	for (; n && row->trail; n--, c++)
		if (!(*c & CELL_TAIL))
			add(row, *c);
}

void
trail_join(struct screen *s, unsigned x, const uint32_t *codes, unsigned n)
{
	struct row *row = s->row[s->y];
	struct trail *t = row->trail;

	if (!t && graphemes_doubtful(codes, n)) {
		begin(s);
		if (row->trail)
			row->trail->word[row->trail->base + row->trail->n - 1] =
				cell_make(CELL_TAIL | TRAIL_COLUMN, 0, x);
	} else if (t && trail_leads(s) && can_hold(s) && t->n && t->word[t->base + t->n - 1] == row->c[x]) {
		t->n--;
	} else if (t) {
		trail_drop(row);
	}
}

void
trail_joined(struct screen *s, unsigned x)
{
	add(s->row[s->y], s->row[s->y]->c[x]);
}

void
trail_note(struct screen *s, enum trail_kind kind, unsigned n)
{
	struct row *row = s->row[s->y];
	const struct style blank = { .bg = s->pen.bg };

	if (!row->trail) {
		s->trailed = NULL;
		return;
	}
	if (kind < TRAIL_ERASE && s->trailed != row)
		return;
	if (kind >= TRAIL_ERASE)
		lead(s);
	if (row->trail)
		add_kind(row, kind, kind >= TRAIL_ERASE && s->pen.bg ? styles_number(&s->styles, &blank) : 0, n);
}
