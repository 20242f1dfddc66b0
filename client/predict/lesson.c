/* SPDX-License-Identifier: MIT */
#include "lesson.h"

#include <string.h>

#include "look.h"
#include "prompt.h"

#define LINE_ECHOES 4  /* characters that come back in one line are as good as another line */

/* The cell of the base's ROW has the text that S leaves there. */
static bool
has_text_in(const struct screen *base, unsigned row, const struct sent *s)
{
	struct look_cell c;

	look_cell(base, row, s->check_col, &c);
	if (s->text_len == 0 || (s->text_len == 1 && s->text[0] == ' '))
		return !c.more && (c.len == 0 || (c.len == 1 && c.text[0] == ' ')) && c.width == 1;
	return !c.more && c.len == s->text_len && memcmp(c.text, s->text, c.len) == 0;
}

bool
lesson_has_text(const struct screen *base, const struct sent *s)
{
	return has_text_in(base, s->after.row, s);
}

/* Whether the base's row is as the trial in g->sketch has it, between the columns FROM and TO. */
static bool
row_is(const struct guess *g, const struct screen *base, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to && i + 1 < g->sketch.cols; i++)
		if (!sketch_same(&g->sketch, base, i))
			return false;
	return true;
}

/*
 * Tries S with MOVE; what is behind the cursor says whether CLASS is right, unless it is the same without moving.
 * Where what was typed ends then; 0: it is not right.
 */
static unsigned
learn_move(struct guess *g, const struct screen *base, const struct sent *s, enum effect_move move,
    enum habit_class class)
{
	struct sent trial = *s;
	struct place p = g->anchor;
	unsigned from, to;

	sketch_copy(&g->sketch, &g->before);
	if (!effect_of(&trial, &g->sketch, &p, g->habit, move, EFFECT_OWN))
		return 0;
	from = p.col;
	to = move == EFFECT_ROW ? g->sketch.cols : p.end > g->anchor.end ? p.end : g->anchor.end;
	bool right = row_is(g, base, from, to), telling = false;
	for (unsigned i = from; i < to && i + 1 < g->sketch.cols; i++)
		telling = telling || g->sketch.cell[i].len != g->before.cell[i].len ||
		    memcmp(g->sketch.cell[i].text, g->before.cell[i].text, g->sketch.cell[i].len) != 0;
	if (telling && right)
		habit_right(g->habit, class);
	else if (telling)
		habit_wrong(g->habit, class);
	return telling && right ? p.end : 0;
}

unsigned
lesson_moves(struct guess *g, const struct screen *base, const struct sent *s)
{
	bool more = g->before.used > g->anchor.col, within = g->anchor.col < g->anchor.end;
	bool character = s->key.kind == KEY_CHARACTER;
	unsigned end, row_end;
	struct look_cell c;

	if (!character && s->key.kind != KEY_BACKSPACE)
		return 0;
	if (more) {
		end = learn_move(g, base, s, EFFECT_TO_END, character ? HABIT_INSERT : HABIT_CLOSE);
		row_end = learn_move(g, base, s, EFFECT_ROW, character ? within ? HABIT_INSERT_ROW : HABIT_PUSH :
		    within ? HABIT_CLOSE_ROW : HABIT_PULL);
		return !within ? 0 : end ? end : row_end;
	}
	if (!character && s->predicted) {
		look_cell(base, s->after.row, s->after.col, &c);
		if (c.len == 0 || c.text[0] == ' ')
			habit_right(g->habit, HABIT_BACKSPACE);
		else
			habit_wrong(g->habit, HABIT_BACKSPACE);
	}
	return 0;
}

/* The character of S has come back: its epoch is to be trusted. */
static void
credit(struct guess *g, const struct sent *s)
{
	g->live = s->epoch;
	g->left_text = g->doubted = false;
	g->owed = 0;
	habit_right(g->habit, HABIT_CHARACTER);
	if (s->check_col == g->anchor.start && g->came_back == 0)
		habit_echoed(g->habit, g->prompt);
	if ((s->check_col == g->anchor.start || g->came_back > 0) && ++g->came_back == LINE_ECHOES)
		habit_echoed(g->habit, g->prompt);
}

/*
 * Whether S proves that the program shows what is typed: not so a mask that happens to be the character that was typed,
 * nor what is typed at a question for a secret.
 */
static bool
proves(const struct guess *g, const struct screen *base, const struct sent *s, bool first)
{
	if (!s->fresh && !(first && sketch_looks_new(&g->before, base, s->check_col)))
		return false;
	return !prompt_masks(s->text, s->text_len) && !prompt_asks(base, s->after.row, g->anchor.start);
}

/*
 * In a window the host at its far end may still echo keys that were dropped as taken here, and such an echo may meet
 * the same character, typed since: only more of them than can come so late prove anything.
 */
static bool
is_owed(struct guess *g)
{
	if (g->owed == 0 || !habit_is_window(g->tty.program))
		return false;
	g->owed--;
	return true;
}

void
lesson_right(struct guess *g, const struct screen *base, const struct sent *s, bool first)
{
	bool is_character = s->key.kind == KEY_CHARACTER || s->key.kind == KEY_MARK;

	g->count.right++;
	if (is_character && s->check && lesson_has_text(base, s)) {
		if (proves(g, base, s, first) && !is_owed(g))
			credit(g, s);
		habit_is_text(g->habit, s->key.text[0], true);
		g->typed = (struct place){ .row = s->after.row, .col = s->check_col };
		g->has_typed = true;
	}
	if (s->classed)
		habit_right(g->habit, s->class);
}

void
lesson_wrong(struct guess *g, const struct screen *base, const struct sent *s)
{
	if (s->counted && s->check && !lesson_has_text(base, s))
		g->count.wrong++;
	if (s->classed)
		habit_wrong(g->habit, s->class);
	if (s->key.kind != KEY_CHARACTER)
		return;
	habit_wrong(g->habit, HABIT_CHARACTER);
	habit_edge(g->habit, g->before.cols - s->check_col);
	if (s->counted)
		habit_is_text(g->habit, s->key.text[0], false);
	if (s->check_col == g->anchor.start && !lesson_has_text(base, s))
		habit_silent(g->habit, g->prompt);
}

/* Whether the anchor's row, as it was, is now the base's ROW: up to where the person typed. */
static bool
is_row_of_anchor(const struct guess *g, const struct screen *base, unsigned row)
{
	for (unsigned i = 0; i < g->anchor.col; i++)
		if (!sketch_same_in(&g->before, base, row, i))
			return false;
	return g->anchor.col > 0;
}

bool
lesson_came(const struct guess *g, const struct screen *base, const struct sent *s, unsigned n)
{
	unsigned end = 0, row = g->anchor.row + 1;

	while (end < n && sent_is_edit(&g->sent[end]))
		end++;
	if (end == n || s >= &g->sent[end] || !s->check)
		return false;
	while (row > 0)
		if (is_row_of_anchor(g, base, --row))
			return has_text_in(base, row, s);
	return false;
}
