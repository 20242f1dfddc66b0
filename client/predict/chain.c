/* SPDX-License-Identifier: MIT */
#include "chain.h"

#include <string.h>

#include "lesson.h"
#include "look.h"
#include "prompt.h"

#define TEXT_LEARNED 4 /* characters that came back in an editor, before it is trusted */
#define CHANGE_ECHO 4  /* so many characters may be the echo of a key that changes the line: Up, Tab … */
#define CHANGES_ECHO 16 /* and so many that of several */

bool
chain_at_anchor(const struct guess *g, const struct screen *base)
{
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	return cursor.row == g->anchor.row && cursor.col == g->anchor.col && !cursor.pending;
}

void
chain_new_epoch(struct guess *g, bool all)
{
	uint64_t by = all && g->n > 0 ? g->epoch + 1 - g->sent[0].epoch : 1;

	/* What was in two epochs stays in two: what is behind an Enter is not trusted for what was before it. */
	for (unsigned i = 0; all && i < g->n; i++)
		g->sent[i].epoch += by;
	g->epoch += by;
	if (habit_is_window(g->tty.program))
		memset(g->habit->score, 0, sizeof g->habit->score);
}

static void
forget_late(struct guess *g)
{
	memset(&g->late, 0, sizeof g->late);
}

void
chain_begin(struct guess *g, const struct screen *base)
{
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	g->anchor = (struct place){ .row = cursor.row, .col = cursor.col, .start = cursor.col, .end = cursor.col };
	g->explained = !cursor.pending;
	g->prompt = prompt_hash(base, cursor.row, cursor.col);
	g->came_back = 0;
	forget_late(g);
}

bool
chain_is_mute(const struct guess *g)
{
	return (g->tty.modes & FRAME_TTY_ICANON) && (!(g->tty.modes & FRAME_TTY_ECHO) || g->asked);
}

static bool
is_text(const struct guess *g, const struct screen *base)
{
	return g->told && !g->left_text && g->late.end == 0 && !chain_is_mute(g) && !habit_is_window(g->tty.program) &&
	    g->habit->score[HABIT_CHARACTER] >= TEXT_LEARNED && prompt_is_text(base, g->tty.program);
}

bool
chain_knows_place(const struct guess *g, const struct screen *base)
{
	if (!g->told || chain_is_mute(g) || habit_is_window(g->tty.program))
		return false;
	return is_text(g, base) || (!g->doubted && habit_prompt_echoes(g->habit, g->prompt) &&
	    prompt_hash(base, g->anchor.row, g->anchor.start) == g->prompt);
}

/* The column whose look a typed character gets. */
static unsigned
look_of_typed(const struct guess *g)
{
	bool here = g->has_typed && g->typed.row == g->anchor.row && g->typed.col < g->before.cols;

	return here ? g->typed.col : EFFECT_OWN;
}

/* Does the first N keys to g->sketch; how many could be predicted. */
static unsigned
replay(struct guess *g, unsigned n)
{
	struct place p = g->anchor;
	unsigned i = 0;

	sketch_copy(&g->sketch, &g->before);
	while (i < n && effect_of(&g->sent[i], &g->sketch, &p, g->habit, EFFECT_LEARNED, look_of_typed(g)))
		i++;
	return i;
}

void
chain_replay(struct guess *g, const struct screen *base)
{
	unsigned i;

	if (!g->explained)
		return;
	sketch_load(&g->before, base, g->anchor.row);
	i = replay(g, g->n);
	for (; i < g->n; i++)
		g->sent[i].predicted = false;
}

static bool
is_behind(const struct guess *g, const struct screen *base, const struct look_cursor *cursor, const struct sent *s,
    bool taken)
{
	bool moved = s->after.row != g->anchor.row || s->after.col != g->anchor.col;

	if (cursor->pending || cursor->row != s->after.row || cursor->col != s->after.col)
		return false;
	/* Where the base was before all of them, it is until something else is seen. */
	if (!moved && !taken && !(s->check && s->fresh))
		return false;
	return !s->check || lesson_has_text(base, s);
}

int
chain_match(const struct guess *g, const struct screen *base, unsigned from, bool taken)
{
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	for (unsigned i = 0; i < g->n && g->sent[i].predicted; i++)
		if (i >= from && is_behind(g, base, &cursor, &g->sent[i], taken))
			return (int)i;
	return -1;
}

static void
forget(struct guess *g, unsigned n)
{
	g->n -= n;
	memmove(&g->sent[0], &g->sent[n], g->n * sizeof g->sent[0]);
	/* What was typed is kept no longer than it is on its way. */
	memset(&g->sent[g->n], 0, n * sizeof g->sent[0]);
	g->begun = g->output;
}

void
chain_confirm(struct guess *g, const struct screen *base, unsigned last)
{
	unsigned end = last == 0 && !g->sent[0].kernel ? lesson_moves(g, base, &g->sent[0]) : 0;

	for (unsigned i = 0; i <= last; i++)
		lesson_right(g, base, &g->sent[i], i == 0);
	forget_late(g);
	g->anchor = g->sent[last].after;
	if (end > 0)
		g->anchor.end = end;
	g->explained = true;
	forget(g, last + 1);
	chain_replay(g, base);
}

/* What is typed next is in the same line as before, behind a key that has changed it. */
static bool
goes_on_in_line(const struct guess *g, const struct screen *base, const struct look_cursor *cursor)
{
	return cursor->col >= g->anchor.start && !cursor->pending &&
	    (g->prompt ? prompt_hash(base, cursor->row, g->anchor.start) == g->prompt : cursor->row == g->anchor.row);
}

/* What was typed ends behind the cursor's column COL: where it ended before, if there is still text up to there. */
static unsigned
end_behind(const struct guess *g, const struct screen *base, unsigned row, unsigned col)
{
	unsigned end = g->anchor.end < screen_cols(base) ? g->anchor.end : screen_cols(base);
	struct look_cell c;

	for (; end > col; end--) {
		look_cell(base, row, end - 1, &c);
		if (c.width == 0 || c.more || (c.len && c.text[0] != ' '))
			break;
	}
	return end > col ? end : col;
}

/*
 * Whether it is doubtful that the first N keys have really been taken, which end a line or do what is not known: there
 * were others behind them, or nothing at all has come of them.  A program that is slow, and asks for a secret then,
 * would find the person typing at the prompt from before.  The same of a key that changes the line and did nothing: the
 * shell may look for what completes a word, and what is typed next comes behind that.  The doubt ends when a character
 * comes back.
 */
static bool
is_doubtful(const struct guess *g, const struct screen *base, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (g->sent[i].key.kind == KEY_CHANGE && g->output == g->begun)
			return true;
		else if (!sent_is_edit(&g->sent[i]))
			return g->doubted || i + 1 < n || chain_at_anchor(g, base);
	return g->doubted;
}

/* Of the first N keys, all are shown, and nothing has come of them: the last one may come yet. */
static void
keep_late(struct guess *g, const struct screen *base, unsigned n)
{
	forget_late(g);
	if (!habit_is_window(g->tty.program) && chain_at_anchor(g, base) && chain_shown(g) >= n &&
	    !prompt_masks(g->sent[n - 1].text, g->sent[n - 1].text_len))
		g->late = g->sent[n - 1];
}

/* The first N keys are dropped, and nothing has come of them: how many characters their echo may have. */
static unsigned
echo_of(const struct guess *g, const struct screen *base, unsigned n)
{
	unsigned owed = 0;

	for (unsigned i = 0; i < n && chain_at_anchor(g, base); i++)
		if (g->sent[i].key.kind == KEY_CHARACTER)
			owed++;
		else if (g->sent[i].key.kind == KEY_CHANGE && !g->heard && g->owed + owed < CHANGES_ECHO)
			owed += CHANGE_ECHO;
	return owed;
}

static uint64_t
first_epoch(const struct guess *g)
{
	return g->n > 0 ? g->sent[0].epoch : g->epoch;
}

bool
chain_comes_late(struct guess *g, const struct screen *base)
{
	struct look_cursor cursor;
	struct sent s = g->late;

	look_cursor(base, &cursor);
	if (s.end == 0 || first_epoch(g) != g->late_epoch || !is_behind(g, base, &cursor, &s, false))
		return false;
	lesson_right(g, base, &s, false);
	forget_late(g);
	g->live = g->late_epoch;
	g->anchor = s.after;
	g->explained = true;
	chain_replay(g, base);
	return true;
}

void
chain_drop(struct guess *g, const struct screen *base, unsigned n)
{
	bool edits = true, wrong = false, silent = g->output == g->begun;
	struct look_cursor cursor;

	keep_late(g, base, n);
	g->doubted = is_doubtful(g, base, n);
	g->owed += echo_of(g, base, n);
	/* What was there before is known of the anchor alone. */
	if (n == 1 && g->explained && !g->sent[0].predicted && !g->sent[0].kernel && !g->sent[0].dead)
		lesson_moves(g, base, &g->sent[0]);
	for (unsigned i = 0; i < n; i++) {
		const struct sent *s = &g->sent[i];

		edits = edits && sent_is_edit(s);
		g->left_text = g->left_text || s->key.kind == KEY_OTHER;
		if (!s->predicted || wrong || lesson_came(g, base, s, n))
			continue;
		lesson_wrong(g, base, s);
		wrong = true;
	}
	forget(g, n);
	look_cursor(base, &cursor);
	if (edits && goes_on_in_line(g, base, &cursor)) {
		g->anchor.row = cursor.row;
		g->anchor.col = cursor.col;
		g->anchor.end = end_behind(g, base, cursor.row, cursor.col);
		g->explained = true;
	} else {
		chain_begin(g, base);
	}
	if (wrong)
		chain_new_epoch(g, true);
	/* The program is slow, or shows nothing: what is typed next belongs elsewhere, or is not shown either. */
	g->doubted = g->doubted || (wrong && silent);
	g->late_epoch = first_epoch(g);
	/* No key that was taken gave the terminal to another program: the place counts for what was typed since. */
	if (g->n > 0 && (is_text(g, base) || (edits && !wrong && chain_knows_place(g, base))))
		g->live = g->sent[0].epoch;
	chain_replay(g, base);
}

bool
chain_is_elsewhere(const struct guess *g, const struct screen *base)
{
	if (g->n == 0 || g->sent[0].epoch == g->live || !g->sent[0].predicted)
		return false;
	for (unsigned i = 0; i < g->anchor.col; i++)
		if (!sketch_same(&g->before, base, i))
			return true;
	return false;
}

bool
chain_has_typed(const struct guess *g, const struct screen *base)
{
	for (unsigned i = g->anchor.start; i < g->anchor.col; i++)
		if (!sketch_same(&g->before, base, i))
			return false;
	return true;
}

void
chain_lose_place(struct guess *g)
{
	g->explained = false;
	if (g->n > 0 && g->sent[0].epoch == g->live)
		return;
	for (unsigned i = 0; i < g->n; i++)
		g->sent[i].predicted = false;
}

unsigned
chain_shown(const struct guess *g)
{
	unsigned n = 0;

	while (n < g->n && g->sent[n].predicted && g->sent[n].epoch == g->live &&
	    !g->sent[n].doubted && (!g->sent[n].classed || habit_knows(g->habit, g->sent[n].class)))
		n++;
	return n;
}

unsigned
chain_cells(struct guess *g, const struct screen *base, unsigned n)
{
	replay(g, n);
	return sketch_cells(&g->sketch, base, g->cells, OVERLAY_CELLS);
}
