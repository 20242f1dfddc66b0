/* SPDX-License-Identifier: MIT */
#include "guess.h"

#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "guess_state.h"
#include "look.h"
#include "prompt.h"

#define AT_ONCE 48 /* so many bytes at once are a paste */

struct guess *
guess_new(void)
{
	struct guess *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->epoch = 1;
	g->habit = habit_of(&g->habits, &g->tty, PROMPT_LINES);
	return g;
}

void
guess_free(struct guess *g)
{
	/* So that no compiler leaves it out. */
	static void *(*const volatile wipe)(void *, int, size_t) = memset;

	if (g)
		wipe(g, 0, sizeof *g);
	free(g);
}

static bool
has(const struct guess *g, uint32_t mode)
{
	return (g->tty.modes & mode) != 0;
}

/* Whether what comes behind S is in another epoch. */
static bool
ends_epoch(const struct sent *s, enum line_end end)
{
	if (s->kernel && !s->dead)
		return end != LINE_GOES_ON;
	return s->key.kind >= KEY_CHANGE || s->key.kind == KEY_ODD;
}

/* Feeds the key's BYTES to the line, and notes their echo in S. */
static enum line_end
echo_key(struct guess *g, struct sent *s, const unsigned char *bytes)
{
	enum line_end end = LINE_GOES_ON;

	s->kernel = has(g, FRAME_TTY_ECHO);
	for (unsigned i = 0; i < s->key.bytes; i++) {
		/* The kernel's column has counted the bytes of each sequence that a program wrote. */
		g->line.column = g->line.canon = -1;
		line_key(&g->line, bytes[i], &g->echo);
		if (g->echo.end != LINE_GOES_ON)
			end = g->echo.end;
		if (!g->echo.known || s->echo_n + g->echo.n > EFFECT_ECHO || end != LINE_GOES_ON) {
			s->dead = s->dead || s->kernel;
			continue;
		}
		memcpy(s->echo + s->echo_n, g->echo.bytes, g->echo.n);
		s->echo_n = (uint8_t)(s->echo_n + g->echo.n);
	}
	return end;
}

/* All that is on its way is not followed, up to END. */
static void
lose(struct guess *g, uint64_t end)
{
	memset(g->sent, 0, g->n * sizeof g->sent[0]);
	memset(&g->late, 0, sizeof g->late);
	g->n = 0;
	g->lost = end;
	g->explained = false;
	line_lose(&g->line);
	chain_new_epoch(g, true);
}

static void
add_key(struct guess *g, const struct screen *base, const struct key *key, const unsigned char *bytes, uint64_t end)
{
	struct sent *s;
	enum line_end line;

	if (key->kind == KEY_NONE)
		return;
	g->count.keys++;
	g->count.printable += key->kind == KEY_CHARACTER;
	if (g->lost || g->n == GUESS_KEYS) {
		lose(g, end);
		return;
	}
	if (g->n == 0 && (!g->explained || !chain_at_anchor(g, base))) {
		chain_new_epoch(g, false);
		chain_begin(g, base);
	}
	if (g->n > 0 && !g->explained && g->sent[0].predicted)
		chain_new_epoch(g, false);
	g->heard = g->heard && g->n > 0;
	if (g->n == 0)
		g->begun = g->output;
	if (g->n == 0 && g->live != g->epoch && chain_knows_place(g, base))
		g->live = g->epoch;
	s = &g->sent[g->n++];
	*s = (struct sent){ .key = *key, .end = end, .epoch = g->epoch };
	s->dead = !g->told || chain_is_mute(g) || key->kind == KEY_PASTED;
	line = echo_key(g, s, bytes);
	/* A password is not kept. */
	if (chain_is_mute(g)) {
		memset(s->key.text, 0, sizeof s->key.text);
		if (line == LINE_GOES_ON)
			line_lose(&g->line);
	}
	if (ends_epoch(s, line))
		chain_new_epoch(g, false);
}

static void
count_shown(struct guess *g)
{
	unsigned n = g->explained ? chain_shown(g) : 0;

	for (unsigned i = 0; i < n; i++) {
		struct sent *s = &g->sent[i];

		g->count.shown += !s->counted && s->key.kind == KEY_CHARACTER;
		s->counted = true;
	}
}

void
guess_keys(struct guess *g, const struct screen *base, const unsigned char *bytes, size_t len, uint64_t offset,
    uint64_t now, bool pasted)
{
	struct key key;
	size_t used = 0;

	(void)now;
	pasted = pasted || len > AT_ONCE;
	while (len > 0) {
		bool is_key = strokes_next(&g->keys, bytes, len, &key, &used);

		offset += used;
		/* Of a key that began in another read we do not have all bytes any more. */
		if (is_key && key.bytes > used)
			lose(g, offset);
		else if (is_key) {
			if (pasted && key.kind != KEY_NONE)
				key.kind = KEY_PASTED;
			add_key(g, base, &key, bytes + used - key.bytes, offset);
		}
		bytes += used;
		len -= used;
	}
	chain_replay(g, base);
	count_shown(g);
}

/* What was learned of the program in front, in the mode that the screen says. */
static void
see_mode(struct guess *g, const struct screen *base)
{
	uint32_t screen = prompt_screen(base, g->tty.program);

	if (g->screen == screen)
		return;
	g->screen = screen;
	g->left_text = false;
	g->habit = habit_of(&g->habits, &g->tty, screen);
	chain_new_epoch(g, true);
}

void
guess_output(struct guess *g, const struct screen *base, uint64_t offset, uint64_t now)
{
	int last;

	(void)now;
	g->output = offset;
	g->heard = true;
	see_mode(g, base);
	if (g->lost)
		return;
	if (chain_comes_late(g, base)) {
		count_shown(g);
		return;
	}
	if (chain_is_elsewhere(g, base)) {
		chain_lose_place(g);
		return;
	}
	last = chain_match(g, base, 0, false);
	if (last >= 0) {
		chain_confirm(g, base, (unsigned)last);
	} else if (chain_at_anchor(g, base) &&
	    (g->n == 0 || (chain_has_typed(g, base) && (g->explained || g->sent[0].epoch == g->live)))) {
		g->explained = true;
		chain_replay(g, base);
	} else if (g->n == 0) {
		chain_new_epoch(g, false);
		chain_begin(g, base);
	} else {
		chain_lose_place(g);
	}
	count_shown(g);
}

/* A password may have been typed ahead of its question: nothing of the keys' text is kept, nor what was made of it. */
static void
forget_text(struct guess *g)
{
	for (unsigned i = 0; i < g->n; i++) {
		struct sent *s = &g->sent[i];

		s->dead = true;
		s->predicted = s->check = false;
		s->echo_n = s->text_len = 0;
		memset(s->key.text, 0, sizeof s->key.text);
		memset(s->echo, 0, sizeof s->echo);
		memset(s->text, 0, sizeof s->text);
	}
	memset(&g->late, 0, sizeof g->late);
	memset(&g->echo, 0, sizeof g->echo);
	memset(g->line.bytes, 0, sizeof g->line.bytes);
	line_lose(&g->line);
	memset(&g->sketch, 0, sizeof g->sketch);
	memset(g->cells, 0, sizeof g->cells);
	g->want.n = 0;
}

void
guess_tty(struct guess *g, const struct frame_tty *t)
{
	bool same = g->told && t->modes == g->tty.modes && t->front == g->tty.front &&
	    memcmp(t->cc, g->tty.cc, sizeof t->cc) == 0 && strcmp(t->program, g->tty.program) == 0;
	bool canonical = has(g, FRAME_TTY_ICANON);

	g->asked = g->asked && t->front == g->tty.front;
	g->tty = *t;
	g->asked = g->asked || (has(g, FRAME_TTY_ICANON) && !has(g, FRAME_TTY_ECHO));
	if (same)
		return;
	if (!g->told)
		line_begin(&g->line, t, -1);
	g->told = true;
	line_modes(&g->line, t);
	/* Whether they went into the line or to a program is not known; behind an Enter the line is empty both ways. */
	if (canonical != has(g, FRAME_TTY_ICANON) && g->n > 0 &&
	    !(g->sent[g->n - 1].key.kind == KEY_ENTER && has(g, FRAME_TTY_ICRNL) && !has(g, FRAME_TTY_IGNCR)))
		line_lose(&g->line);
	g->habit = habit_of(&g->habits, &g->tty, g->screen);
	chain_new_epoch(g, true);
	if (chain_is_mute(g))
		forget_text(g);
}

void
guess_taken(struct guess *g, const struct screen *base, const struct frame_taken *t)
{
	unsigned n = 0;
	int last;

	if (g->lost && t->input >= g->lost) {
		g->lost = 0;
		chain_begin(g, base);
		return;
	}
	while (n < g->n && g->sent[n].end <= t->input)
		n++;
	if (n == 0)
		return;
	last = chain_is_elsewhere(g, base) ? -1 : chain_match(g, base, n - 1, true);
	if (last >= 0)
		chain_confirm(g, base, (unsigned)last);
	else
		chain_drop(g, base, n);
	g->heard = false;
	count_shown(g);
}

void
guess_reset(struct guess *g)
{
	if (g->n > 0)
		lose(g, g->sent[g->n - 1].end);
	else
		chain_new_epoch(g, true);
	g->explained = false;
	g->has_typed = false;
	/* The next base may have other columns. */
	sketch_clear(&g->before);
	g->want = (struct overlay_want){ .n = 0 };
}

void
guess_missed(struct guess *g, uint64_t end)
{
	lose(g, end);
}

const struct overlay_want *
guess_want(struct guess *g, const struct screen *base)
{
	unsigned n = g->explained && !g->lost ? chain_shown(g) : 0;
	struct place p = g->anchor;

	g->want = (struct overlay_want){ .cells = g->cells };
	if (n == 0 || !chain_at_anchor(g, base))
		return &g->want;
	p = g->sent[n - 1].after;
	g->want.n = chain_cells(g, base, n);
	g->want.cursor = true;
	g->want.row = (uint16_t)p.row;
	g->want.col = (uint16_t)p.col;
	return &g->want;
}

bool
guess_outstanding(const struct guess *g)
{
	return g->n > 0 || g->lost;
}

void
guess_counts(const struct guess *g, struct guess_count *c)
{
	*c = g->count;
}
