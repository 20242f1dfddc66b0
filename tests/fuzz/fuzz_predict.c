/* SPDX-License-Identifier: MIT */
/*
 * fuzz_predict: predictions over any output.  The terminal is a model that gets the output and what is drawn over it.
 * The law: when all is taken back, it is equal to one that got the output alone; while something is drawn, they differ
 * in what is predicted alone.
 *
 * An input is a header of five bytes (rows, columns, mode, a seed of two) and steps: a byte that says which (enum
 * step), and what belongs to it.  The mode is which predictions are drawn: made up (tests/predict/scribble.h), any
 * bytes, or those of the guesser, which gets keys and what the host says of its terminal.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_tty.h"
#include "guess.h"
#include "overlay.h"
#include "screen.h"
#include "scribble.h"
#include "shown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 5, INPUT_MAX = 1 << 14, CELLS = OVERLAY_CELLS + 8 };
enum mode { SCRIBBLE, RAW, GUESS, MODES };
enum step { OUTPUT, MORE_OUTPUT, TAKE_BACK, DRAW, KEYS, TTY, TAKEN, RESET, STEPS };

struct world {
	struct screen *base, *terminal;
	struct overlay *o;
	struct guess *guess;
	struct scribble scribble;
	struct overlay_cell cell[CELLS];
	struct overlay_want raw;
	enum mode mode;
	const uint8_t *p, *end;
	uint64_t typed, printed, now;
};

static void
sink(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
}

static void
broken(const char *when, const char *why)
{
	fprintf(stderr, "the law is broken %s: %s\n", when, why);
	abort();
}

static uint8_t
byte(struct world *w)
{
	return w->p < w->end ? *w->p++ : 0;
}

/* As many bytes as the next one says; where they are. */
static const uint8_t *
piece(struct world *w, size_t *len)
{
	const uint8_t *at;
	size_t n = byte(w);

	at = w->p;
	*len = n < (size_t)(w->end - w->p) ? n : (size_t)(w->end - w->p);
	w->p += *len;
	return at;
}

/* A want of any bytes. */
static void
make_raw(struct world *w)
{
	w->raw = (struct overlay_want){ .n = byte(w), .cells = w->cell, .cursor = byte(w) & 1 };
	w->raw.n = w->raw.n == 0xff ? CELLS : w->raw.n % 12;
	w->raw.row = byte(w) & 0x80 ? 0xffff : byte(w);
	w->raw.col = byte(w);
	for (unsigned i = 0; i < w->raw.n; i++) {
		struct overlay_cell *c = &w->cell[i];

		memset(c, byte(w), sizeof *c);
		c->row = byte(w);
		c->col = byte(w);
		c->width = byte(w) & 3;
		c->len = byte(w) & 3;
		c->len = c->len == 3 ? byte(w) : c->len;
		c->like_row = byte(w);
		c->unconfirmed = byte(w) & 1;
		for (unsigned k = 0; k < 3; k++)
			c->text[k] = (char)byte(w);
	}
}

static void
draw(struct world *w)
{
	const struct overlay_want *want = &w->raw;
	uint8_t how = byte(w); /* underlined or not; and whether all cells are compared, which takes longest */
	char why[512];

	switch (w->mode) {
	case GUESS:
		want = guess_want(w->guess, w->base);
		break;
	case RAW:
		make_raw(w);
		break;
	default:
		scribble_make(&w->scribble, w->base);
		want = &w->scribble.want;
	}
	overlay_draw(w->o, w->base, want, how & 1, sink, w->terminal);
	if (how < 0x20 && want->n <= OVERLAY_CELLS && !shown(w->base, w->terminal, want, why, sizeof why))
		broken("while drawn", why);
}

static void
take_back(struct world *w)
{
	char why[512];

	overlay_take_back(w->o, w->base, sink, w->terminal);
	if (!screen_equal(w->base, w->terminal, why, sizeof why))
		broken("when taken back", why);
}

static void
output(struct world *w)
{
	size_t len;
	const uint8_t *p = piece(w, &len);

	overlay_before(w->o, w->base, p, len, sink, w->terminal);
	screen_feed(w->base, p, len);
	screen_feed(w->terminal, p, len);
	w->printed += len;
	guess_output(w->guess, w->base, w->printed, w->now);
}

static void
keys(struct world *w)
{
	size_t len;
	const uint8_t *p = piece(w, &len);

	guess_keys(w->guess, w->base, p, len, w->typed, w->now, byte(w) == 0xff);
	w->typed += len;
}

static void
tty(struct world *w)
{
	static const char *const names[] = { "bash", "vim", "ssh", "cat", "fish", "", "zsh", "sudo" };
	static const unsigned char cc[FRAME_TTY_CC] = { 3, 28, 127, 21, 4, 0, 0, 23, 22, 18, 26, 17, 19 };
	struct frame_tty t = { .output = w->printed };
	uint8_t changed = byte(w);

	for (unsigned i = 0; i < 3; i++)
		t.modes |= (uint32_t)byte(w) << 8 * i;
	t.front = byte(w);
	memcpy(t.cc, cc, sizeof cc);
	if (changed & 0x80)
		t.cc[changed % FRAME_TTY_CC] = byte(w);
	snprintf(t.program, sizeof t.program, "%s", names[t.front % 8]);
	guess_tty(w->guess, &t);
}

static void
taken(struct world *w)
{
	uint8_t how = byte(w);
	struct frame_taken t = { .input = w->typed - how % 8, .output = w->printed, .certain = how & 0x80 };

	guess_taken(w->guess, w->base, &t);
}

static void
step(struct world *w, enum step which)
{
	switch (which) {
	case TAKE_BACK:
		take_back(w);
		return;
	case DRAW:
		break;
	case KEYS:
		keys(w);
		break;
	case TTY:
		tty(w);
		break;
	case TAKEN:
		taken(w);
		break;
	case RESET:
		take_back(w);
		guess_reset(w->guess);
		break;
	default:
		output(w);
	}
	w->now += byte(w);
	draw(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w;
	unsigned rows, cols;

	if (size < HEADER || size > INPUT_MAX)
		return 0;
	w = calloc(1, sizeof *w);
	if (!w)
		abort();
	rows = 1 + data[0] % 24;
	cols = 1 + data[1] % 80;
	w->mode = (enum mode)(data[2] % MODES);
	w->scribble.random = data[3] | (unsigned)data[4] << 8;
	w->p = data + HEADER;
	w->end = data + size;
	w->base = screen_new(rows, cols, 8);
	w->terminal = screen_new(rows, cols, 8);
	w->o = overlay_new();
	w->guess = guess_new();
	if (!w->base || !w->terminal || !w->o || !w->guess)
		abort();
	while (w->p < w->end)
		step(w, (enum step)(byte(w) % STEPS));
	take_back(w);
	screen_free(w->base);
	screen_free(w->terminal);
	overlay_free(w->o);
	guess_free(w->guess);
	free(w);
	return 0;
}
