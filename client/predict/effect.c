/* SPDX-License-Identifier: MIT */
#include "effect.h"

#include <string.h>

#include "prompt.h"
#include "utf8.h"
#include "width.h"

#define TAB_COLUMNS 8

struct scene {
	struct sent *s;
	struct sketch *im;
	struct place *p;
	const struct habit *habit;
	enum effect_move move;
	unsigned like;
	unsigned edge;   /* what comes to the column before this one wraps, or does not, as the program likes */
};

static bool
is_text(const struct sketch_cell *c, const char *text, unsigned len)
{
	return c->len == len && memcmp(c->text, text, len) == 0;
}

/* The key is confirmed by the text that it leaves at COL; FRESH: another one stood there. */
static void
check(struct scene *e, unsigned col, bool fresh)
{
	const struct sketch_cell *c = &e->im->cell[col];

	e->s->check = true;
	e->s->check_col = col;
	e->s->fresh = fresh;
	e->s->text_len = c->len;
	memcpy(e->s->text, c->text, c->len);
}

static bool
put(struct scene *e, const char *text, unsigned len, unsigned width)
{
	unsigned col = e->p->col;
	bool fresh;

	if (col + width >= e->edge)
		return false;
	fresh = !is_text(&e->im->cell[col], text, len) && !(len == 1 && text[0] == ' ' && e->im->cell[col].len == 0);
	if (!sketch_put(e->im, col, text, len, width, e->like == EFFECT_OWN ? col : e->like))
		return false;
	check(e, col, fresh);
	e->p->col += width;
	return true;
}

static bool
join(struct scene *e, const char *text, unsigned len)
{
	if (e->p->col <= e->p->start || !sketch_join(e->im, e->p->col, text, len))
		return false;
	check(e, sketch_before(e->im, e->p->col), true);
	return true;
}

/* One printable character of the kernel's echo; its length, 0: it can't be predicted. */
static unsigned
echo_character(struct scene *e, const unsigned char *c, unsigned left)
{
	unsigned len = utf8_length(c[0]), got, what;

	if (len == 0 || len > left)
		return 0;
	for (unsigned i = 1; i < len; i++)
		if (i == 1 ? !utf8_second(c[0], c[1]) : (c[i] & 0xc0) != 0x80)
			return 0;
	what = width_what(utf8_get(c, &got));
	if (what & WIDTH_DOUBTFUL)
		return 0;
	if ((what & WIDTH_COLUMNS) == 0)
		return join(e, (const char *)c, len) ? len : 0;
	return put(e, (const char *)c, len, what & WIDTH_COLUMNS) ? len : 0;
}

static unsigned
echo_control(struct scene *e, unsigned char c)
{
	struct place *p = e->p;

	switch (c) {
	case '\b':
		p->col -= p->col > 0;
		return 1;
	case '\t':
		p->col = (p->col / TAB_COLUMNS + 1) * TAB_COLUMNS;
		return p->col + 1 < e->im->cols;
	default:
		return 0;
	}
}

static bool
effect_echo(struct scene *e)
{
	struct sent *s = e->s;

	for (unsigned i = 0, n; i < s->echo_n; i += n) {
		unsigned char c = s->echo[i];

		n = c < 0x20 || c == 0x7f ? echo_control(e, c) : echo_character(e, s->echo + i, s->echo_n - i);
		if (n == 0)
			return false;
	}
	if (e->p->end < e->p->col)
		e->p->end = e->p->col;
	/* What an erased character leaves proves nothing. */
	s->fresh = s->fresh && s->key.kind == KEY_CHARACTER;
	return true;
}

/* The three ways in which text right of the cursor moves (habit.h); LIKE: those that are presumed for unknown ones. */
struct moving { enum habit_class within, row, behind; const struct moving *like; };
static const struct moving opens = { HABIT_INSERT, HABIT_INSERT_ROW, HABIT_PUSH, &opens };
static const struct moving closes = { HABIT_CLOSE, HABIT_CLOSE_ROW, HABIT_PULL, &opens };

/* Up to where text moves when it is changed at the cursor; 0: nowhere. */
static unsigned
moves_to(const struct scene *e, const struct moving *m)
{
	const struct habit *h = e->habit;
	const struct place *p = e->p;
	unsigned last = e->im->used < e->edge ? e->im->used : e->edge, used = last > p->col ? last : 0;
	bool inside = p->col < p->end;

	switch (e->move) {
	case EFFECT_NONE:
		return 0;
	case EFFECT_TO_END:
		return inside ? p->end : 0;
	case EFFECT_ROW:
		return used;
	default:
		break;
	}
	/* What a Backspace may have left there is overwritten. */
	if (!inside && e->im->cell[p->col].strange)
		return 0;
	if (!inside)
		return habit_presumes(h, m->behind, m->like->behind) ? used : 0;
	if (habit_presumes(h, m->within, m->like->within) && h->score[m->within] >= h->score[m->row])
		return p->end;
	return habit_presumes(h, m->row, m->like->row) ? used : 0;
}

/* Whether the key comes behind a number in a program that has the whole screen: 10g of less, 3dd of others. */
static bool
is_counted_command(const struct scene *e)
{
	const struct place *p = e->p;
	char c = e->s->key.text[0];

	if (e->habit->screen != PROMPT_FULL || p->col <= p->start || (c >= '0' && c <= '9'))
		return false;
	for (unsigned i = p->start; i < p->col; i++)
		if (e->im->cell[i].len != 1 || e->im->cell[i].text[0] < '0' || e->im->cell[i].text[0] > '9')
			return false;
	return true;
}

static bool
effect_character(struct scene *e)
{
	const struct key *k = &e->s->key;
	struct place *p = e->p;
	unsigned to = moves_to(e, &opens), before = p->col;

	if (k->kind == KEY_MARK)
		return join(e, k->text, k->len);
	/* What was there counts, and not what has moved there. */
	bool fresh = !is_text(&e->im->cell[before], k->text, k->len);
	if (e->habit->edge && before + e->habit->edge >= e->im->cols)
		return false;
	e->s->doubted = habit_is_command(e->habit, k->text[0]) || is_counted_command(e);
	if (to > before && (to + k->width >= e->edge || !sketch_open(e->im, before, to, k->width)))
		return false;
	if (!put(e, k->text, k->len, k->width))
		return false;
	e->s->fresh = e->s->fresh && fresh;
	/* The last column is never reached. */
	if (before < p->end && e->move != EFFECT_NONE && to > before)
		p->end = p->end + k->width < e->im->cols ? p->end + k->width : e->im->cols - 1;
	if (p->end < p->col)
		p->end = p->col;
	return true;
}

/* Takes the WIDTH columns at COL away, as far as is known what comes in their place. */
static bool
take_away(struct scene *e, unsigned col, unsigned width)
{
	struct place *p = e->p;
	bool within = p->end > col + width;
	unsigned to = moves_to(e, &closes);

	if (to > col + width) {
		if (!sketch_close(e->im, col, to, width))
			return false;
	} else if (within && e->move == EFFECT_LEARNED) {
		return false;
	} else if (!within && e->im->used <= col + width &&
	    (e->move != EFFECT_LEARNED || habit_knows(e->habit, HABIT_BACKSPACE))) {
		for (unsigned i = 0; i < width; i++)
			if (!sketch_put(e->im, col + i, "", 0, 1, col + i))
				return false;
		if (e->im->used > col)
			e->im->used = col;
	} else if (!within) {
		for (unsigned i = 0; i < width; i++)
			e->im->cell[col + i].strange = true;
	}
	p->end = p->end >= p->start + width ? p->end - width : p->start;
	return true;
}

static bool
effect_backspace(struct scene *e)
{
	struct place *p = e->p;
	unsigned before = sketch_before(e->im, p->col), width = p->col - before;

	if (p->col <= p->start || before < p->start || width == 0)
		return false;
	if (!take_away(e, before, width))
		return false;
	p->col = before;
	if (p->end < p->col)
		p->end = p->col;
	return true;
}

/* The cursor stays: only what comes to stand at it shows that the key was taken. */
static bool
effect_delete(struct scene *e)
{
	unsigned col = e->p->col, width = sketch_width(e->im, col);
	unsigned to = moves_to(e, &closes);
	struct sketch_cell was = e->im->cell[col];

	if (col + width > e->p->end || to < col + width || !take_away(e, col, width))
		return false;
	check(e, col, !is_text(&e->im->cell[col], was.text, was.len));
	return true;
}

static bool
is_word(const struct sketch_cell *c)
{
	unsigned char b = (unsigned char)c->text[0];

	return c->width == 0 || (c->len && (b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') ||
	    (b >= 'a' && b <= 'z')));
}

static void
word_left(struct scene *e)
{
	struct place *p = e->p;

	while (p->col > p->start && !is_word(&e->im->cell[p->col - 1]))
		p->col--;
	while (p->col > p->start && is_word(&e->im->cell[p->col - 1]))
		p->col--;
}

static void
word_right(struct scene *e)
{
	struct place *p = e->p;

	while (p->col < p->end && !is_word(&e->im->cell[p->col]))
		p->col++;
	while (p->col < p->end && is_word(&e->im->cell[p->col]))
		p->col++;
}

/* A key that moves the cursor within what was typed; what it does at the ends of that is not known. */
static bool
effect_motion(struct scene *e)
{
	struct place *p = e->p;
	bool left = p->col > p->start, right = p->col < p->end;

	switch (e->s->key.kind) {
	case KEY_LEFT:
		p->col = sketch_before(e->im, p->col);
		return left && p->col >= p->start;
	case KEY_RIGHT:
		p->col += sketch_width(e->im, p->col);
		return right && p->col <= p->end;
	case KEY_HOME:
		p->col = p->start;
		return left;
	case KEY_END:
		p->col = p->end;
		return right;
	case KEY_WORD_LEFT:
		word_left(e);
		return left;
	case KEY_WORD_RIGHT:
		word_right(e);
		return right;
	default:
		return false;
	}
}

static enum habit_class
class_of(enum key_kind kind)
{
	switch (kind) {
	case KEY_DELETE:
		return HABIT_DELETE;
	case KEY_LEFT:
		return HABIT_LEFT;
	case KEY_RIGHT:
		return HABIT_RIGHT;
	case KEY_HOME:
		return HABIT_HOME;
	case KEY_END:
		return HABIT_END;
	case KEY_WORD_LEFT:
		return HABIT_WORD_LEFT;
	case KEY_WORD_RIGHT:
		return HABIT_WORD_RIGHT;
	case KEY_BACKSPACE:
		return HABIT_BACKSPACE;
	default:
		return HABIT_CHARACTER;
	}
}

static bool
effect_key(struct scene *e)
{
	struct sent *s = e->s;

	s->class = class_of(s->key.kind);
	switch (s->key.kind) {
	case KEY_CHARACTER:
	case KEY_MARK:
		return effect_character(e);
	case KEY_BACKSPACE:
		return effect_backspace(e);
	case KEY_DELETE:
		s->classed = true;
		return effect_delete(e);
	default:
		s->classed = true;
		return effect_motion(e);
	}
}

bool
effect_of(struct sent *s, struct sketch *im, struct place *p, const struct habit *h, enum effect_move move,
    unsigned like)
{
	struct scene e = { .s = s, .im = im, .p = p, .habit = h, .move = move, .like = like };
	bool fresh = s->check && s->fresh;
	unsigned col = s->check_col;

	s->predicted = s->check = s->classed = s->doubted = s->fresh = false;
	if (s->dead || p->row != im->row || p->col >= im->cols)
		return false;
	e.edge = sketch_edge(im, p->end > p->col ? p->end : p->col);
	if (!(s->kernel ? effect_echo(&e) : effect_key(&e)))
		return false;
	/* A part of its echo may be there already: what was new once stays so. */
	s->fresh = s->fresh || (fresh && s->check && s->check_col == col);
	s->after = *p;
	s->predicted = true;
	return true;
}
