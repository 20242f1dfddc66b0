/* SPDX-License-Identifier: MIT */
/* guess_world: a host, a line and a person for tests of the guesser. */
#ifndef HOLDFAST_UNIT_GUESS_WORLD_H
#define HOLDFAST_UNIT_GUESS_WORLD_H

#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "frame_tty.h"
#include "guess.h"
#include "look.h"
#include "overlay.h"
#include "screen.h"

#define ROWS 8
#define COLS 40
#define USUAL (FRAME_TTY_ICANON | FRAME_TTY_ECHO | FRAME_TTY_ECHOE | FRAME_TTY_ECHOK | FRAME_TTY_ECHOKE | \
	FRAME_TTY_ECHOCTL | FRAME_TTY_IEXTEN | FRAME_TTY_ISIG | FRAME_TTY_ICRNL | FRAME_TTY_IUTF8 | FRAME_TTY_OPOST | \
	FRAME_TTY_ONLCR)
#define MUTE (USUAL & ~(uint32_t)FRAME_TTY_ECHO)
#define RAW (FRAME_TTY_ISIG | FRAME_TTY_OPOST | FRAME_TTY_ONLCR)

struct world {
	struct screen *base;
	struct guess *guess;
	uint64_t typed, written;
	char row[COLS + 1];   /* as it is seen where the cursor is */
};

static inline int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->base = screen_new(ROWS, COLS, 0);
	w->guess = guess_new();
	assert_non_null(w->base);
	assert_non_null(w->guess);
	*state = w;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct world *w = *state;

	guess_free(w->guess);
	screen_free(w->base);
	free(w);
	return 0;
}

static inline void
tty(struct world *w, const char *program, uint32_t modes)
{
	static const unsigned char cc[FRAME_TTY_CC] = { 3, 28, 127, 21, 4, 0, 0, 23, 22, 18, 26, 17, 19 };
	struct frame_tty t = { .modes = modes, .front = (uint32_t)strlen(program) };

	memcpy(t.cc, cc, sizeof cc);
	snprintf(t.program, sizeof t.program, "%s", program);
	guess_tty(w->guess, &t);
}

static inline void
type(struct world *w, const char *keys)
{
	guess_keys(w->guess, w->base, (const unsigned char *)keys, strlen(keys), w->typed, 0, false);
	w->typed += strlen(keys);
}

static inline void
out(struct world *w, const char *bytes)
{
	screen_feed(w->base, bytes, strlen(bytes));
	w->written += strlen(bytes);
	guess_output(w->guess, w->base, w->written, 0);
}

static inline void
taken_up_to(struct world *w, uint64_t input)
{
	struct frame_taken t = { .input = input, .output = w->written };

	guess_taken(w->guess, w->base, &t);
}

static inline void
taken(struct world *w)
{
	taken_up_to(w, w->typed);
}

/* What is typed comes back, key by key, and is taken. */
static inline void
echo(struct world *w, const char *text)
{
	for (char one[2] = { 0 }; *text; text++) {
		one[0] = *text;
		type(w, one);
		out(w, one);
		taken(w);
	}
}

/* The cursor's row as the person sees it, cut behind the last text. */
static inline const char *
seen(struct world *w)
{
	const struct overlay_want *want = guess_want(w->guess, w->base);
	struct look_cursor cursor;
	unsigned end = 0;

	look_cursor(w->base, &cursor);
	for (unsigned i = 0; i < COLS; i++) {
		struct look_cell c;

		look_cell(w->base, cursor.row, i, &c);
		w->row[i] = c.len ? c.text[0] : ' ';
	}
	for (unsigned i = 0; i < want->n; i++)
		if (want->cells[i].row == cursor.row)
			w->row[want->cells[i].col] = want->cells[i].len ? want->cells[i].text[0] : ' ';
	for (unsigned i = 0; i < COLS; i++)
		if (w->row[i] != ' ')
			end = i + 1;
	w->row[end] = '\0';
	return w->row;
}

static inline unsigned
seen_column(struct world *w)
{
	const struct overlay_want *want = guess_want(w->guess, w->base);
	struct look_cursor cursor;

	look_cursor(w->base, &cursor);
	return want->cursor ? want->col : cursor.col;
}

/* A line at a shell's prompt, its answer, and the prompt once more. */
static inline void
one_line(struct world *w, const char *prompt, const char *line)
{
	echo(w, line);
	type(w, "\r");
	out(w, "\r\n");
	out(w, prompt);
	taken(w);
}

#endif
