/* SPDX-License-Identifier: MIT */
#include "trail_render.h"

#include <string.h>

#include "compare.h"
#include "mark.h"
#include "model.h"
#include "render_cell.h"
#include "row.h"
#include "screen.h"
#include "trail.h"

static void
say_style(struct out *out, const struct screen *s, cell word)
{
	out_link(out, "", 0);
	out_style(out, styles_get(&s->styles, cell_style(word)));
}

static void
say_times(struct out *out, const char *once, const char *format, unsigned n)
{
	if (n > 4)
		out_format(out, "\033[%u%s", n, format);
	else
		while (n--)
			out_text(out, once);
}

static void
say_mark(struct out *out, const struct row *row, enum mark_kind kind)
{
	struct mark mark;

	if (row->marks.has & 1u << kind && marks_get(&row->marks, kind, row->marks.at[kind], &mark))
		mark_write(out, &mark);
}

static void
say_kind(struct out *out, const struct screen *s, const struct row *row, cell word)
{
	static const char erases[] = { [TRAIL_ERASE] = 'X', [TRAIL_INSERT] = '@', [TRAIL_DELETE] = 'P' };
	enum trail_kind kind = trail_kind(word);
	unsigned n = trail_count(word);

	switch (kind) {
	case TRAIL_COLUMN:
		render_column(out, n);
		break;
	case TRAIL_LEFT:
		say_times(out, "\b", "D", n);
		break;
	case TRAIL_RIGHT:
		render_forward(out, n);
		break;
	case TRAIL_TAB:
		say_times(out, "\t", "I", n);
		break;
	case TRAIL_BACKTAB:
		out_format(out, "\033[%uZ", n);
		break;
	case TRAIL_ERASE_END:
	case TRAIL_ERASE_BEGIN:
	case TRAIL_ERASE_ALL:
		say_style(out, s, word);
		out_text(out, kind == TRAIL_ERASE_END ? "\033[K" : kind == TRAIL_ERASE_BEGIN ? "\033[1K" : "\033[2K");
		break;
	case TRAIL_ERASE:
	case TRAIL_INSERT:
	case TRAIL_DELETE:
		say_style(out, s, word);
		out_format(out, "\033[%u%c", n, erases[kind]);
		break;
	case TRAIL_MARK:
		say_mark(out, row, (enum mark_kind)n);
		break;
	}
}

/* The cells that ROW began with, and the first N operations behind them. */
static void
say(struct out *out, const struct screen *s, const struct row *row, unsigned n)
{
	const struct trail *t = row->trail;
	unsigned at = render_cells(out, s, t->word, 0, t->base, 0);

	for (unsigned i = 0; i < n; i++) {
		cell w = t->word[t->base + i];

		if (trail_is_text(w))
			render_word(out, s, w);
		else if (i || trail_kind(w) != TRAIL_COLUMN || trail_count(w) != at)
			say_kind(out, s, row, w);
	}
}

static void
feed(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
}

/* A model of one row that has been told ROW by its trail: where that leads to.  NULL: no memory, or it is not ROW. */
static struct screen *
try(const struct screen *s, const struct row *row)
{
	struct screen *to = screen_new(1, s->cols, 0);
	struct out out;

	if (!to)
		return NULL;
	memcpy(to->tabs, s->tabs, s->cols);
	out_begin(&out, NULL, feed, to);
	say(&out, s, row, row->trail->n);
	out_flush(&out);
	if (compare_rows(s, row, to, to->row[0]))
		return to;
	screen_free(to);
	return NULL;
}

bool
trail_paint(struct out *out, const struct screen *s, const struct row *row)
{
	struct screen *to = row->trail ? try(s, row) : NULL;

	if (!to)
		return false;
	screen_free(to);
	say(out, s, row, row->trail->n);
	return true;
}

/* How many operations at the end of ROW's trail are its text from column FROM to TO; false: it does not end so. */
static bool
ends_with(const struct row *row, unsigned from, unsigned to, unsigned *n)
{
	const struct trail *t = row->trail;

	*n = 0;
	for (unsigned x = from; x < to; x++)
		*n += !(row->c[x] & CELL_TAIL);
	if (*n > t->n)
		return false;
	for (const cell *w = t->word + t->base + t->n - *n; from < to; from++)
		if (!(row->c[from] & CELL_TAIL) && *w++ != row->c[from])
			return false;
	return true;
}

bool
trail_leads_to(const struct screen *s, unsigned from, unsigned to, unsigned *last)
{
	const struct row *row = s->row[s->y];
	struct screen *there;
	bool arrives;

	if (!trail_leads(s) || s->left > 0 || s->right < s->cols - 1 || !ends_with(row, from, to, last))
		return false;
	there = try(s, row);
	arrives = there && there->x == s->x && there->pending == s->pending && there->shift == s->shift;
	screen_free(there);
	return arrives;
}

void
trail_arrive(struct out *out, const struct screen *s, unsigned last)
{
	const struct row *row = s->row[s->y];

	say(out, s, row, row->trail->n - last);
}
