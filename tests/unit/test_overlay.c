/* SPDX-License-Identifier: MIT */
/*
 * The overlay's law, with a model as the terminal: when what was drawn is taken back, that terminal is equal to the
 * base; while it is drawn, they differ in what is predicted alone.  HOLDFAST_OVERLAY_SEED makes campaigns of it,
 * HOLDFAST_OVERLAY_ALL compares at every cut.
 */
#include "unit.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

#include "overlay.h"
#include "screen.h"
#include "scribble.h"
#include "screen_stream.h"
#include "shown.h"

#define SCROLLBACK 50
#define COMPARED 64 /* one cut of so many is compared whole */

struct world {
	struct screen *base, *terminal;
	struct overlay *o;
	struct scribble scribble;
	const char *name;
	size_t at, written;
	bool all;
};

static void
sink(void *to, const void *bytes, size_t len)
{
	struct world *w = to;

	w->written += len;
	screen_feed(w->terminal, bytes, len);
}

static unsigned long
from_environment(const char *name, unsigned long otherwise)
{
	const char *v = getenv(name);

	return v ? strtoul(v, NULL, 10) : otherwise;
}

static void
begin(struct world *w, const char *name, unsigned rows, unsigned cols)
{
	*w = (struct world){ .name = name };
	w->base = screen_new(rows, cols, SCROLLBACK);
	w->terminal = screen_new(rows, cols, SCROLLBACK);
	w->o = overlay_new();
	w->scribble.random = from_environment("HOLDFAST_OVERLAY_SEED", 1);
	w->all = from_environment("HOLDFAST_OVERLAY_ALL", 0) != 0;
	assert_true(w->base && w->terminal && w->o);
}

/* The terminal has not been used before. */
static void
begin_new(struct world *w, const char *name, unsigned rows, unsigned cols)
{
	begin(w, name, rows, cols);
	screen_shown(w->base, true);
}

static void
end(struct world *w)
{
	screen_free(w->base);
	screen_free(w->terminal);
	overlay_free(w->o);
}

static bool
now(struct world *w)
{
	return w->all || scribble_random(&w->scribble, COMPARED) == 0;
}

static void
equal(struct world *w, const char *when)
{
	char why[512];

	if (!screen_equal(w->base, w->terminal, why, sizeof why))
		fail_msg("%s at %zu, %s: %s", w->name, w->at, when, why);
}

static void
draw(struct world *w)
{
	char why[512];

	scribble_make(&w->scribble, w->base);
	overlay_draw(w->o, w->base, &w->scribble.want, w->scribble.underline, sink, w);
	if (now(w) && !shown(w->base, w->terminal, &w->scribble.want, why, sizeof why))
		fail_msg("%s at %zu, drawn: %s", w->name, w->at, why);
}

static void
feed(struct world *w, const char *bytes, size_t len)
{
	overlay_before(w->o, w->base, bytes, len, sink, w);
	screen_feed(w->base, bytes, len);
	screen_feed(w->terminal, bytes, len);
	w->at += len;
}

static void
take_back(struct world *w)
{
	overlay_take_back(w->o, w->base, sink, w);
	assert_int_equal(overlay_drawn(w->o), 0);
	if (now(w))
		equal(w, "taken back");
}

/* The N bytes at P; at each cut something is drawn; often it stays while more comes, else it is taken back. */
static void
play(struct world *w, const char *p, size_t n, unsigned longest)
{
	for (size_t i = 0, len; i < n; i += len) {
		len = 1 + scribble_random(&w->scribble, longest);
		len = len < n - i ? len : n - i;
		feed(w, p + i, len);
		if (scribble_random(&w->scribble, 8))
			draw(w);
		if (scribble_random(&w->scribble, 4) == 0)
			draw(w);
		if (scribble_random(&w->scribble, 3) == 0)
			take_back(w);
	}
	take_back(w);
	equal(w, "at the end");
}

static char *
read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	assert_true(f && bytes);
	*len = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

static void
play_capture(const char *directory, const char *name)
{
	static const unsigned longest[] = { 1, 12, 200 };
	const char *size = strchr(name, '.');
	unsigned rows, cols;
	char path[1024], *bytes;
	struct world w;
	size_t len;

	assert_int_equal(sscanf(size, ".%ux%u.", &rows, &cols), 2);
	snprintf(path, sizeof path, "%s/%s", directory, name);
	bytes = read_file(path, &len);
	for (size_t i = 0; i < sizeof longest / sizeof *longest; i++) {
		begin_new(&w, name, rows, cols);
		play(&w, bytes, len, longest[i]);
		end(&w);
	}
	free(bytes);
}

static void
of_captures(void **state)
{
	static const char directory[] = CAPTURES_DIR;
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	(void)state;
	d = opendir(directory);
	assert_non_null(d);
	while ((e = readdir(d)))
		if (strstr(e->d_name, ".raw")) {
			play_capture(directory, e->d_name);
			n++;
		}
	closedir(d);
	assert_true(n > 30);
}

static void
of_generated_streams(void **state)
{
	static const unsigned sizes[][2] = { { 24, 80 }, { 5, 12 }, { 3, 5 }, { 2, 2 }, { 1, 3 }, { 8, 20 } };
	uint64_t seed = from_environment("HOLDFAST_OVERLAY_SEED", 1), last = seed + 600;
	char name[64];
	struct world w;

	(void)state;
	for (; seed < last; seed++) {
		const unsigned *size = sizes[seed % (sizeof sizes / sizeof *sizes)];
		struct stream st = { .random = seed, .rows = size[0], .cols = size[1], .cap = 1500 };

		st.bytes = malloc(st.cap + 64);
		assert_non_null(st.bytes);
		stream_make(&st);
		snprintf(name, sizeof name, "stream %llu", (unsigned long long)seed);
		begin_new(&w, name, size[0], size[1]);
		w.scribble.random = seed;
		play(&w, st.bytes, st.len, seed % 2 ? 1 : 30);
		end(&w);
		free(st.bytes);
	}
}

/* What shells write, of which none says a row. */
static const char *const of_shells[] = {
	"word", "a", " ", "\r\n", "\r", "\b", "\033[K", "\033[1;32mg\033[0m", "\033[3C", "\033[2D", "\033[7G",
	"e\xcc\x81", "\xe6\x97\xa5", "$ ", "\033[J", "\033[5X", "\r\n\r\n\r\n",
};

/* What leads to another row in a terminal that was used before than in the base, and what makes the rows the same. */
static const char *const of_programs[] = {
	"\033[3;10Hx", "\033[d", "\033[8d", "\033[A", "\033[3A", "\033[B", "\033[9B", "\033M", "\0337", "\0338", "\033[2;5r",
	"\033[r", "\033[3;9r", "\033[H", "\033D", "\033[L", "\033[M", "\033[2S", "\033[T", "\033[H\033[J", "\033[2J",
	"\033[2J\033[H", "\r\033[J", "\033[1J", "\033[?1049h", "\033[?1049l", "\033[?47h", "\033[?47l", "\033[F",
	"\033[2E", "\033[2e", "\033c", "\033[!p", "\033#8", "\033[?6h", "\033[?6l", "\033[s", "\033[u",
	"\033[2;2;4;9$x", "\033[?45h\b\b\b\b\b\b", "\033[?45l",
	"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
};

/* A piece of what a shell writes, or as one of SAYING pieces what another program does; SAYING 0: of shells alone. */
static const char *
piece_of(struct scribble *s, unsigned saying)
{
	if (saying && scribble_random(s, saying) == 0)
		return of_programs[scribble_random(s, sizeof of_programs / sizeof *of_programs)];
	return of_shells[scribble_random(s, sizeof of_shells / sizeof *of_shells)];
}

/* Returns at how many places something was drawn. */
static unsigned
in_used_terminal(unsigned seed, unsigned saying)
{
	static const char used[] = "one\r\ntwo\r\n\r\n\r\nfive\r\n";
	const char *piece;
	char why[512];
	struct screen *alone = screen_new(12, 40, SCROLLBACK);
	struct world w;
	unsigned drawn = 0;

	begin(&w, "a used terminal", 12, 40);
	assert_non_null(alone);
	w.scribble.random = seed;
	screen_feed(alone, used, strlen(used));
	screen_feed(w.terminal, used, strlen(used));
	for (unsigned i = 0; i < 200; i++) {
		piece = piece_of(&w.scribble, saying);
		feed(&w, piece, strlen(piece));
		screen_feed(alone, piece, strlen(piece));
		scribble_make(&w.scribble, w.base);
		overlay_draw(w.o, w.base, &w.scribble.want, w.scribble.underline, sink, &w);
		drawn += overlay_drawn(w.o) > 0;
		if (scribble_random(&w.scribble, 3) && i < 199)
			continue;
		overlay_take_back(w.o, w.base, sink, &w);
		if (!screen_equal(alone, w.terminal, why, sizeof why))
			fail_msg("seed %u, saying %u, piece %u, \"%s\": %s", seed, saying, i, piece + (*piece == 033), why);
	}
	screen_free(alone);
	end(&w);
	return drawn;
}

/*
 * A session begins in a used terminal: its cursor is in another row than the base's.  What was drawn is taken back
 * where it was drawn, and old text on which a program has led the cursor stays.
 */
static void
of_used_terminals(void **state)
{
	static const unsigned often[] = { 0, 2, 4, 12, 40 };
	unsigned drawn;

	(void)state;
	for (unsigned k = 0; k < sizeof often / sizeof *often; k++) {
		drawn = 0;
		for (unsigned seed = 1; seed < 100; seed++)
			drawn += in_used_terminal(seed, often[k]);
		assert_true(drawn > 2000);
	}
}

/* N letters are shown behind what the base has of a line; the bytes that takes. */
static size_t
type(struct world *w, unsigned n, bool underline)
{
	struct overlay_cell cell[8];
	struct look_cursor at;
	struct overlay_want want = { .n = n, .cells = cell, .cursor = true };

	look_cursor(w->base, &at);
	memset(cell, 0, sizeof cell);
	for (unsigned i = 0; i < n; i++)
		cell[i] = (struct overlay_cell){ .row = (uint16_t)at.row, .col = (uint16_t)(at.col + i), .width = 1,
			.len = 1, .unconfirmed = true, .like_row = (uint16_t)at.row,
			.like_col = (uint16_t)(at.col - 1), .text = { 'a' } };
	want.row = (uint16_t)at.row;
	want.col = (uint16_t)(at.col + n);
	w->written = 0;
	overlay_draw(w->o, w->base, &want, underline, sink, w);
	return w->written;
}

static size_t
answer(struct world *w, const char *bytes)
{
	w->written = 0;
	feed(w, bytes, strlen(bytes));
	return w->written;
}

/* A key and its echo cost a few bytes, however many more keys are on their way. */
static void
it_costs_little(void **state)
{
	struct world w;

	(void)state;
	begin_new(&w, "typing", 24, 80);
	feed(&w, "$ ", 2);
	assert_int_equal(type(&w, 1, false), 1);
	assert_int_equal(type(&w, 2, false), 1);
	assert_int_equal(type(&w, 2, false), 0);
	/* Two back; then the terminal has the echo already, and the cursor goes on behind what is on its way. */
	assert_int_equal(answer(&w, "a"), 2);
	assert_int_equal(overlay_drawn(w.o), 1);
	assert_int_equal(type(&w, 1, false), 3);
	assert_int_equal(answer(&w, "a"), 1);
	assert_int_equal(overlay_drawn(w.o), 0);
	assert_int_equal(type(&w, 0, false), 0);
	overlay_take_back(w.o, w.base, sink, &w);
	assert_int_equal(w.written, 0);
	/* The same with the underline. */
	assert_uint_in_range(type(&w, 1, true), 1, 12);
	assert_uint_in_range(type(&w, 2, true), 1, 12);
	assert_int_equal(answer(&w, "a"), 2);
	assert_uint_in_range(type(&w, 1, true), 1, 4);
	/* The host says something else: all is taken back. */
	assert_uint_in_range(answer(&w, "\r\n"), 1, 8);
	assert_int_equal(overlay_drawn(w.o), 0);
	equal(&w, "answered");
	end(&w);
}

/* What a client needs beside the base, and that itself: without a scrollback. */
static void
it_takes_little_memory(void **state)
{
	struct screen *large = screen_new(60, 200, 0);

	(void)state;
	assert_non_null(large);
	screen_feed(large, "\033[?1049h", 8);
	assert_uint_in_range(screen_memory(large), 1, 300 * 1024);
	screen_free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_costs_little),
		cmocka_unit_test(it_takes_little_memory),
		cmocka_unit_test(of_captures),
		cmocka_unit_test(of_generated_streams),
		cmocka_unit_test(of_used_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
