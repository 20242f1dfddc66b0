/* SPDX-License-Identifier: MIT */
/*
 * The law of the terminal model: a rendering, fed to a fresh model, gives an equal one.  HOLDFAST_LAW_SEED and
 * HOLDFAST_LAW_ROUNDS make campaigns of it.
 */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "law.h"
#include "screen.h"
#include "screen_stream.h"

#define ROUNDS 400
#define CUTS 4

static const unsigned sizes[][3] = {
	{ 24, 80, 100 }, { 5, 12, 20 }, { 3, 5, 4 }, { 2, 2, 3 }, { 1, 3, 2 }, { 1, 6, 5 }, { 6, 2, 5 },
	{ 4, 9, 0 }, { 10, 30, 1 }, { 2, 3, 50 }, { 1, 2, 10 }, { 8, 20, 200 },
};
#define NSIZES (sizeof sizes / sizeof *sizes)

static unsigned long
from_environment(const char *name, unsigned long otherwise)
{
	const char *v = getenv(name);

	return v ? strtoul(v, NULL, 10) : otherwise;
}

static unsigned long
rounds(void)
{
	return from_environment("HOLDFAST_LAW_ROUNDS", ROUNDS);
}

static void
feed(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
}

static void
count(void *to, const void *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)to += len;
}

/* Makes the stream of SEED; the caller frees its bytes. */
static struct stream
stream_of(uint64_t seed, size_t len)
{
	const unsigned *size = sizes[seed % NSIZES];
	struct stream st = { .random = seed, .rows = size[0], .cols = size[1], .cap = len };

	st.bytes = malloc(len);
	assert_non_null(st.bytes);
	return st;
}

static void
check_cuts(struct stream *st, uint64_t seed, const char *what)
{
	char why[1024];

	for (unsigned i = 0; i < CUTS; i++) {
		size_t cut = stream_random(st, (uint32_t)st->len + 1);
		unsigned scrollback = sizes[seed % NSIZES][2];

		if (!law_holds(st->rows, st->cols, scrollback, st->bytes, st->len, cut, why, sizeof why))
			fail_msg("%s of seed %llu, %ux%u, %zu bytes, cut at %zu: %s", what,
			         (unsigned long long)seed, st->rows, st->cols, st->len, cut, why);
	}
}

static void
of_generated_streams(void **state)
{
	uint64_t seed = from_environment("HOLDFAST_LAW_SEED", 1), end = seed + rounds();

	(void)state;
	for (; seed < end; seed++) {
		struct stream st = stream_of(seed, 50 + seed * 7 % 1500);

		stream_make(&st);
		check_cuts(&st, seed, "stream");
		free(st.bytes);
	}
}

static void
of_random_bytes(void **state)
{
	uint64_t seed = from_environment("HOLDFAST_LAW_SEED", 1), end = seed + rounds();

	(void)state;
	for (; seed < end; seed++) {
		static const char often[] = "\033\033[[[;;?:0123456789\r\nhlmHJKAr";
		struct stream st = stream_of(seed, 100 + seed * 13 % 1000);

		while (st.len < st.cap)
			st.bytes[st.len++] = stream_random(&st, 2) ? (char)stream_random(&st, 256) :
				often[stream_random(&st, sizeof often - 1)];
		check_cuts(&st, seed, "random bytes");
		free(st.bytes);
	}
}

/* A string that is open, and what may end it or not: each combination of a few bytes, cut behind each. */
static void
of_open_strings(void **state)
{
	static const char *const heads[] = { "\033P", "\033_", "\033]", "\033]0;", "\033P0;0;0q" };
	static const char tail[] = { '\xc2', '\x9c', '\x19', '\x7f', '\a', '\033', '0', '\x85', '\x18' };
	enum { LEN = 4, ALL = sizeof tail * sizeof tail * sizeof tail * sizeof tail };
	char bytes[32], why[1024];

	(void)state;
	for (unsigned n = 0; n < ALL * (sizeof heads / sizeof *heads); n++) {
		size_t len = strlen(strcpy(bytes, heads[n / ALL]));
		unsigned which = n % ALL;

		for (unsigned i = 0; i < LEN; i++, which /= sizeof tail)
			bytes[len++] = tail[which % sizeof tail];
		if (!law_holds(1, 4, 0, bytes, len, len - 1 - n % LEN, why, sizeof why))
			fail_msg("string %u: %s", n, why);
	}
}

static void
resize(struct screen *s, unsigned rows, unsigned cols)
{
	screen_resize(s, rows, cols);
	law_cells(s);
}

/* Between feeding, the size changes; what is rendered is the resized model. */
static void
of_resized_models(void **state)
{
	uint64_t seed = from_environment("HOLDFAST_LAW_SEED", 1), end = seed + rounds();
	char why[1024];

	(void)state;
	for (; seed < end; seed++) {
		struct stream st = stream_of(seed, 600);
		unsigned scrollback = sizes[seed % NSIZES][2];
		struct screen *a = screen_new(st.rows, st.cols, scrollback), *b;

		stream_make(&st);
		assert_non_null(a);
		law_cells(a);
		for (size_t at = 0; at < st.len; at += 100) {
			size_t n = st.len - at < 100 ? st.len - at : 100;
			unsigned cols = 1 + stream_random(&st, 30), rows = 1 + stream_random(&st, 12);

			screen_feed(a, st.bytes + at, n);
			resize(a, rows, cols);
			b = law_restored(a, scrollback);
			assert_non_null(b);
			if (!screen_equal(a, b, why, sizeof why))
				fail_msg("seed %llu at %zu: %s", (unsigned long long)seed, at, why);
			/* Both go on alike, over another change of the size. */
			screen_feed(b, st.bytes + at, n);
			screen_feed(a, st.bytes + at, n);
			resize(a, st.rows, st.cols);
			resize(b, st.rows, st.cols);
			if (!screen_equal(a, b, why, sizeof why))
				fail_msg("seed %llu after %zu: %s", (unsigned long long)seed, at, why);
			screen_free(b);
		}
		screen_free(a);
		free(st.bytes);
	}
}

/* However the bytes come: in one piece or one by one. */
static void
of_pieces(void **state)
{
	char why[1024];

	(void)state;
	for (uint64_t seed = 1; seed < 100; seed++) {
		struct stream st = stream_of(seed, 800);
		struct screen *a = screen_new(st.rows, st.cols, 50), *b = screen_new(st.rows, st.cols, 50);

		stream_make(&st);
		assert_true(a && b);
		screen_feed(a, st.bytes, st.len);
		for (size_t i = 0; i < st.len; i++) {
			unsigned char *byte = exact_copy(st.bytes + i, 1);

			screen_feed(b, byte, 1);
			free(byte);
		}
		if (!screen_equal(a, b, why, sizeof why))
			fail_msg("seed %llu: %s", (unsigned long long)seed, why);
		screen_free(a);
		screen_free(b);
		free(st.bytes);
	}
}

/* What a terminal may have been left with, but for what has a default of the terminal's. */
static const char *const used[] = {
	"junk\r\n\033[2;3r\033[?6h\033[4mmore\033[>1u\033[?7l\033[4h\033(0\r\n",
	"\033[?1049h\033[?25l\033[?1003;1006h\033[>5u\033[41mred\033[2J\033[>4;2m",
	"\033[?69h\033[2;3s\033[?5h\033[20h\033)0\016\033[5 q\033[1\"qprot",
	"\033]8;;http://e/\033\\link\033[?2004;1004h\033=\033[?1h\033]2;open",
};

/* A rendering puts a terminal that was in use into the same state. */
static void
of_used_terminals(void **state)
{
	char why[1024];

	(void)state;
	for (uint64_t seed = 1; seed < 200; seed++) {
		struct stream st = stream_of(seed, 500);
		struct screen *a = screen_new(st.rows, st.cols, 0), *b = screen_new(st.rows, st.cols, 0);
		const char *before = STREAM_PICK(&st, used);

		stream_make(&st);
		assert_true(a && b);
		screen_feed(a, st.bytes, st.len);
		screen_feed(b, before, strlen(before));
		/* The open title is what the rendering ends first. */
		screen_feed(a, "\033\\\033]2;open\033\\", 12);
		screen_render(a, NULL, feed, b);
		if (!screen_equal(a, b, why, sizeof why))
			fail_msg("seed %llu: %s", (unsigned long long)seed, why);
		screen_free(a);
		screen_free(b);
		free(st.bytes);
	}
}

/* What is in the scrollback of S: how many bytes of its text are before the screen. */
static size_t
scrolled(const struct screen *s)
{
	size_t all = 0, visible = 0;

	screen_text(s, true, count, &all);
	screen_text(s, false, count, &visible);
	return all - visible;
}

/* S shows more than fits, and has been left in the middle of something. */
static void
fill(struct screen *s, const char *before, const char *more)
{
	screen_feed(s, before, strlen(before));
	for (int i = 0; i < 40; i++)
		screen_feed(s, &"some \033[3%dmline\033[K of text that is\r\n"[i % 3], 30);
	screen_feed(s, more, strlen(more));
}

/*
 * The screen alone, into a terminal that shows anything: it shows that screen afterwards, in the same state, and nothing
 * has gone into its scrollback.  Models without scrollback are compared, since that is not to be restored.
 */
static void
of_the_screen_alone(void **state)
{
	static const struct screen_render_options alone = { .no_scrollback = true };
	char why[1024];

	(void)state;
	for (uint64_t seed = 1; seed < rounds(); seed++) {
		struct stream st = stream_of(seed, 600);
		const char *before = STREAM_PICK(&st, used), *more = STREAM_PICK(&st, used);
		struct screen *a = screen_new(st.rows, st.cols, 0), *b = screen_new(st.rows, st.cols, 0);
		struct screen *c = screen_new(st.rows, st.cols, 500);
		size_t scrollback;

		stream_make(&st);
		assert_true(a && b && c);
		screen_feed(a, st.bytes, st.len);
		screen_feed(a, "\033\\\033]2;open\033\\", 12);
		fill(b, before, more);
		fill(c, before, more);
		/* Only on the main screen is there a scrollback to be looked at. */
		screen_feed(c, "\033\\\033[?1047l", 10);
		scrollback = scrolled(c);
		screen_render(a, &alone, feed, b);
		screen_render(a, &alone, feed, c);
		if (!screen_equal(a, b, why, sizeof why))
			fail_msg("seed %llu: %s", (unsigned long long)seed, why);
		if (!screen_alternate(c) && scrolled(c) != scrollback)
			fail_msg("seed %llu: %zu bytes of scrollback, and then %zu", (unsigned long long)seed,
			         scrollback, scrolled(c));
		screen_free(a);
		screen_free(b);
		screen_free(c);
		free(st.bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_generated_streams),
		cmocka_unit_test(of_random_bytes),
		cmocka_unit_test(of_open_strings),
		cmocka_unit_test(of_resized_models),
		cmocka_unit_test(of_pieces),
		cmocka_unit_test(of_used_terminals),
		cmocka_unit_test(of_the_screen_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
