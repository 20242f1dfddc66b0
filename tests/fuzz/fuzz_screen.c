/* SPDX-License-Identifier: MIT */
/*
 * fuzz_screen: any bytes into the model of a terminal.  It must not crash, must stay small, and must keep its law:
 * its rendering gives a fresh model that is equal, at once and after whatever comes next.  And what is passed over
 * because it scrolls away (skip.h) must make no difference.  Renderings for other terminals have nothing in them that
 * such a terminal does not take (rendering.h).
 *
 * An input is a header of five bytes (rows, columns, scrollback, what else to do, where to cut) and what a program
 * prints.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "rendering.h"
#include "screen.h"
#include "skip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 5, MORE = 300, INPUT_MAX = 1 << 16, FLOOD = 48 << 10 };

enum extra {
	RESIZE = 1,      /* resize at the cut */
	ANSWER = 2,      /* answer queries */
	PIECES = 4,      /* feed byte by byte: the same must come out */
	LINE = 8,        /* render with a line of ours */
	NO_SCROLLBACK = 16,
	SKIP = 32,       /* flood: what comes behind the cut again and again */
};

/* Memory that a model may take, of any size that is used here. */
#define MEMORY_MAX ((size_t)64 << 20)
/* A rendering is bounded by what is on the screen and in the scrollback. */
#define RENDERING_MAX ((size_t)64 << 20)

struct bytes {
	unsigned char *p;
	size_t len, cap;
};

static void
put(void *to, const void *bytes, size_t len)
{
	struct bytes *b = to;

	if (b->len + len > b->cap) {
		b->cap = (b->len + len) * 2;
		b->p = realloc(b->p, b->cap);
		if (!b->p)
			abort();
	}
	if (len)
		memcpy(b->p + b->len, bytes, len);
	b->len += len;
	if (b->len > RENDERING_MAX) {
		fprintf(stderr, "a rendering without end\n");
		abort();
	}
}

/* A model that knows how large its cells are, for images. */
static struct screen *
new_screen(unsigned rows, unsigned cols, unsigned scrollback)
{
	struct screen *s = screen_new(rows, cols, scrollback);

	if (!s)
		abort();
	law_cells(s);
	return s;
}

/* A fresh model of the size of S that was fed a rendering of S. */
static struct screen *
copy_of(const struct screen *s, unsigned scrollback, const struct screen_render_options *o)
{
	struct screen *copy = new_screen(screen_rows(s), screen_cols(s), scrollback);
	struct bytes b = { 0 };

	screen_render(s, o, put, &b);
	screen_feed(copy, b.p, b.len);
	free(b.p);
	return copy;
}

static void
must_be_equal(const struct screen *a, const struct screen *b, const char *when)
{
	char why[512];

	if (screen_equal(a, b, why, sizeof(why)))
		return;
	fprintf(stderr, "the law is broken %s: %s\n", when, why);
	abort();
}

/* What else can be asked of a model: for the sanitizers. */
static void
ask_all(struct screen *s, unsigned extra)
{
	struct screen_render_options o = {
		.line = extra & LINE ? "resumed" : NULL,
		.no_scrollback = extra & NO_SCROLLBACK,
	};
	unsigned char answers[256];
	struct bytes b = { 0 };
	size_t n = 0, total = 0;

	screen_render(s, &o, put, &b);
	screen_leave(s, NULL, put, &b);
	screen_text(s, true, put, &b);
	screen_state(s, put, &b);
	while ((n = screen_take_answers(s, answers, sizeof(answers))) > 0)
		total += n;
	free(b.p);
	if (total > SCREEN_ANSWERS_MAX || screen_memory(s) > MEMORY_MAX) {
		fprintf(stderr, "%zu bytes of answers, %zu of memory\n", total, screen_memory(s));
		abort();
	}
}

static struct screen *
fed(unsigned rows, unsigned cols, unsigned scrollback, unsigned extra, const uint8_t *data, size_t len)
{
	struct screen *s = new_screen(rows, cols, scrollback);

	screen_answer(s, extra & ANSWER);
	if (extra & PIECES)
		for (size_t i = 0; i < len; i++)
			screen_feed(s, data + i, 1);
	else
		screen_feed(s, data, len);
	return s;
}

/* As the painter does it. */
static void
feed_skipping(struct screen *s, const unsigned char *p, size_t len)
{
	while (len) {
		struct skip_known known = { 0 };
		size_t skipped = screen_skip(s, p, len, &known), n = known.clean > skipped ? known.clean - skipped : 1;

		if (skipped > known.clean || known.clean > len) {
			fprintf(stderr, "%zu passed over, %zu clean, of %zu\n", skipped, known.clean, len);
			abort();
		}
		screen_feed(s, p + skipped, n);
		p += skipped + n;
		len -= skipped + n;
	}
}

/* DATA of LEN bytes, and its end behind the cut over and over. */
static void
flood(struct screen *s, struct screen *straight, const uint8_t *data, size_t len, size_t cut)
{
	struct bytes b = { 0 };

	put(&b, data, len);
	while (cut < len && b.len < FLOOD)
		put(&b, data + cut, len - cut);
	screen_feed(straight, b.p, b.len);
	feed_skipping(s, b.p, b.len);
	must_be_equal(s, straight, "when lines are passed over");
	free(b.p);
}

/* Terminals that take less than others: with all sequences but in ASCII, like a VT100, like Linux's console. */
#define ALL (TERMCAN_BIT(54) - 1)
#define VT100 \
	(TERMCAN_KNOWN | TERMCAN_ECMA48 | TERMCAN_STAYS | TERMCAN_WRAPS | TERMCAN_REGION | TERMCAN_SAVES | \
	 TERMCAN_KEYPAD | TERMCAN_AUTOWRAP | TERMCAN_DRAWING | TERMCAN_BOLD | TERMCAN_UNDERLINE | TERMCAN_INVERSE)
static const struct termcan targets[] = {
	{ .can = 0 },
	{ .can = ALL & ~TERMCAN_UTF8, .colours = TERMCAN_DIRECT },
	{ .can = ALL & ~(TERMCAN_UTF8 | TERMCAN_COLONS), .colours = 256, .upper = { [0x24] = 0x20ac, [0x69] = 0xe9 } },
	{ .can = VT100 },
	{ .can = VT100 | TERMCAN_UTF8 | TERMCAN_ERASES | TERMCAN_ERASES_COLOURED | TERMCAN_HIDES | TERMCAN_OWN_COLOURS,
	  .colours = 8 },
};

/* A terminal is sent only what it takes. */
static void
render_for_all(struct screen *s)
{
	/* What a program has begun comes from the program. */
	screen_feed(s, "\030\033\\", 3);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		const struct screen_render_options o = { .target = &targets[i], .line = "resumed" };
		struct bytes b = { 0 };

		screen_render(s, &o, put, &b);
		put(&b, "", 1);
		check_rendering(&targets[i], b.p, b.len - 1);
		b.len = 0;
		screen_leave(s, &targets[i], put, &b);
		put(&b, "", 1);
		check_rendering(&targets[i], b.p, b.len - 1);
		free(b.p);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned rows, cols, scrollback, extra;
	struct screen *s, *copy, *pieces;
	size_t cut, more;

	if (size < HEADER || size > INPUT_MAX)
		return 0;
	rows = 1 + data[0] % 32;
	cols = 1 + data[1] % 100;
	scrollback = data[2] % 64;
	extra = data[3];
	cut = (size - HEADER) * data[4] / 255;
	data += HEADER;
	size -= HEADER;
	more = size - cut < MORE ? size - cut : MORE;

	s = fed(rows, cols, scrollback, extra & ~PIECES, data, cut);
	if (extra & PIECES) {
		pieces = fed(rows, cols, scrollback, extra, data, cut);
		must_be_equal(s, pieces, "when fed in pieces");
		screen_free(pieces);
	}
	if (extra & SKIP && size) {
		pieces = fed(rows, cols, scrollback, extra & ~PIECES, data, 0);
		copy = fed(rows, cols, scrollback, extra & ~PIECES, data, 0);
		flood(pieces, copy, data, size, cut);
		screen_free(pieces);
		screen_free(copy);
	}
	if (extra & RESIZE) {
		screen_resize(s, 1 + data[-1] % 40, 1 + data[-2] % 120);
		law_cells(s);
	}
	copy = copy_of(s, scrollback, NULL);
	must_be_equal(s, copy, "at once");
	screen_feed(s, data + cut, more);
	screen_feed(copy, data + cut, more);
	must_be_equal(s, copy, "after more");
	screen_feed(s, data + cut + more, size - cut - more);
	screen_feed(copy, data + cut + more, size - cut - more);
	must_be_equal(s, copy, "after all");
	ask_all(s, extra);
	screen_free(copy);
	copy = copy_of(s, scrollback, NULL);
	must_be_equal(s, copy, "at the end");
	screen_free(copy);
	render_for_all(s);
	screen_free(s);
	return 0;
}
