/* SPDX-License-Identifier: MIT */
/* What is passed over makes no difference: to the model, and to all that it is fed later. */
#include "unit.h"

#include <stdbool.h>

#include "screen.h"
#include "screen_stream.h"
#include "skip.h"

#define CAP ((size_t)160 * 1024)

static const unsigned sizes[][3] = { { 24, 80, 100 }, { 5, 12, 20 }, { 40, 132, 500 }, { 2, 2, 3 }, { 1, 3, 0 }, { 24, 80, 0 } };

/* How lines are made. */
struct kind {
	const char *head; /* before them all */
	size_t cut;       /* so much of it is fed first */
	unsigned odd;     /* one line in so many has a sequence that is not the line's own; 0: none */
	bool stairs;      /* most lines end with a bare line feed */
	bool raw;         /* no line has a carriage return, and each character takes one column */
	bool blank;       /* nothing but their ends */
	bool placed;      /* no lines, but text at places of the screen; sometimes all of it is erased … */
	bool stays;       /* … or never */
	unsigned more;    /* it comes in so many pieces more */
};

/* Text without controls of U+0080 to U+009F: those are not the line's own. */
static void
text_of(struct stream *st)
{
	size_t from = st->len;

	stream_text(st);
	for (; from + 1 < st->len; from++)
		if (st->bytes[from] == '\xc2' && (unsigned char)st->bytes[from + 1] < 0xa0)
			st->bytes[from] = '\xc3';
}

/* Characters of one column each, and what moves the cursor within a line. */
static void
narrow_text_of(struct stream *st)
{
	static const char *const some[] = { "\t", "\b", "\a", "\v", "\xc3\xa9", "\xe2\x94\x80", "\xd0\xb6", "\x7f",
		"\xc2\xab" };

	for (unsigned n = 1 + stream_random(st, stream_random(st, 8) ? 12 : 2 * st->cols); n; n--)
		stream_add(st, "%c", 0x20 + (int)stream_random(st, 0x5f));
	if (!stream_random(st, 3))
		stream_add(st, "%s", STREAM_PICK(st, some));
}

/* N characters of one column each. */
static void
narrow_characters(struct stream *st, unsigned n)
{
	static const char *const some[] = { "\xc3\xa9", "\xe2\x94\x80", "\xd0\xb6", "\xc2\xab" };

	while (n--)
		if (stream_random(st, 6))
			stream_add(st, "%c", 0x20 + (int)stream_random(st, 0x5f));
		else
			stream_add(st, "%s", STREAM_PICK(st, some));
}

/* From the column X on, up to the last column at most. */
static void
text_up_to_edge(struct stream *st, unsigned x)
{
	unsigned room = st->cols - x;

	narrow_characters(st, stream_random(st, 3) ? stream_random(st, room + 1) : room);
}

/* A piece of a screen as full-screen programs write it. */
static void
place_of(struct stream *st, const struct kind *kind)
{
	static const char *const some[] = {
		"\033[K", "\033[1K", "\033[2K", "\r", "\033(B", "\033[?25l", "\033[?25h", "\033[?12l", "\033[?2026h",
		"\a",
		"\033[2X", "\033[X", "\033[A\033[9Bx", "\033[2C\033[X", "\033[m", "\033[2dx", "\033[2Gx",
		"\033[2`x\033[K", "\r\t",
	};
	unsigned y = stream_random(st, st->rows), x = stream_random(st, 3) ? 0 : stream_random(st, st->cols);

	if (!kind->stays && !stream_random(st, 50))
		stream_add(st, "\033[%uJ", stream_random(st, 3));
	stream_add(st, "\033[%u;%u%c", y + 1, x + 1, "Hf"[stream_random(st, 2)]);
	for (unsigned n = stream_random(st, 3); n; n--)
		stream_sgr(st);
	text_up_to_edge(st, x);
	if (y > 3 && y + 1 < st->rows && !stream_random(st, 4)) {
		stream_add(st, "\r\n");
		text_up_to_edge(st, 0);
	}
	if (stream_random(st, 3))
		stream_add(st, "%s", STREAM_PICK(st, some));
	if (y > 3 && !stream_random(st, 6))
		stream_add(st, "\033[%u;1Hx\bx\033[%ub", y + 1, 1 + stream_random(st, st->cols - 1));
}

static void
line_of(struct stream *st, const struct kind *kind)
{
	static const char *const ends[] = { "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\r\n", "\t\r\n", "\b\b\a\r\n", "\v\r\n" };

	for (unsigned words = kind->blank ? 0 : stream_random(st, 12); words; words--) {
		if (!stream_random(st, 6))
			stream_sgr(st);
		kind->raw ? narrow_text_of(st) : text_of(st);
	}
	if (kind->raw)
		stream_add(st, "%s", stream_random(st, 9) ? "\n" : "\f");
	else if (kind->stairs && stream_random(st, 60))
		stream_add(st, "\n");
	else
		stream_add(st, "%s", STREAM_PICK(st, ends));
}

static void
make(struct stream *st, uint64_t seed, const struct kind *kind)
{
	const unsigned *size = sizes[seed % (sizeof sizes / sizeof *sizes)];

	*st = (struct stream){ .random = seed, .rows = size[0], .cols = size[1], .cap = CAP, .bytes = malloc(CAP + 64) };
	assert_non_null(st->bytes);
	if (kind->head)
		stream_add(st, "%s", kind->head);
	while (st->len < st->cap && st->len < CAP - 4096) {
		if (kind->odd && !stream_random(st, kind->odd))
			stream_piece(st);
		kind->placed ? place_of(st, kind) : line_of(st, kind);
	}
}

struct answered {
	unsigned char bytes[65536];
	size_t len;
};

/* Feeds as much at once as the painter does, at most; how much. */
static size_t
feed_some(struct screen *s, const char *p, size_t len, struct answered *to)
{
	size_t n;

	len = len < 4096 ? len : 4096;
	screen_feed(s, p, len);
	while ((n = screen_take_answers(s, to->bytes + to->len, sizeof to->bytes - to->len)) > 0)
		to->len += n;
	return len;
}

/* Where somebody stands who reads a stream and passes over what they may. */
struct reader {
	size_t at, clean, lines, skipped;
};

/* What is there up to END, as the painter does it; LAZY: what may yet be passed over is left. */
static void
read_up_to(struct screen *s, const struct stream *st, struct reader *r, size_t end, bool lazy, struct answered *to)
{
	while (r->at < end) {
		struct skip_known known = { .lines = r->lines > r->at ? r->lines - r->at : 0 };
		size_t skipped = 0;

		if (r->at >= r->clean) {
			skipped = screen_skip(s, (const unsigned char *)st->bytes + r->at, end - r->at, &known);
			assert_true(skipped <= known.clean && known.clean <= end - r->at && known.lines <= end - r->at);
			r->clean = r->at + known.clean;
			r->lines = r->at + known.lines;
			r->at += skipped;
			r->skipped += skipped;
		}
		if (skipped && lazy && r->clean >= end) {
			r->clean = r->at;
			return;
		}
		r->lines = 0;
		r->at += feed_some(s, st->bytes + r->at, end - r->at, to);
	}
}

/* The same behind the first CUT bytes, in as many PIECES; how much was passed over. */
static size_t
feed_skipping(struct screen *s, const struct stream *st, size_t cut, unsigned pieces, struct answered *to)
{
	struct reader r = { .at = cut };

	feed_some(s, st->bytes, cut, to);
	for (unsigned i = 1; i < pieces; i++)
		read_up_to(s, st, &r, cut + (st->len - cut) / pieces * i + i % 7, true, to);
	read_up_to(s, st, &r, st->len, false, to);
	return r.skipped;
}

static size_t all_answers;

/* Fed with and without passing over; how much was passed over. */
static size_t
compare_streams(const struct stream *st, const unsigned *size, size_t cut, unsigned pieces, const char *what)
{
	struct screen *a = screen_new(size[0], size[1], size[2]), *b = screen_new(size[0], size[1], size[2]);
	static struct answered x, y;
	char why[200] = "";
	size_t skipped;

	x.len = y.len = 0;
	screen_answer(a, true);
	screen_answer(b, true);
	for (size_t at = 0; at < st->len;)
		at += feed_some(a, st->bytes + at, st->len - at, &x);
	skipped = feed_skipping(b, st, cut, pieces, &y);
	if (x.len != y.len || memcmp(x.bytes, y.bytes, x.len) != 0)
		fail_msg("%s, %zu of %zu passed over: other answers", what, skipped, st->len);
	all_answers += x.len;
	if (!screen_equal(a, b, why, sizeof why))
		fail_msg("%s, %zu of %zu passed over: %s", what, skipped, st->len, why);
	screen_free(a);
	screen_free(b);
	return skipped;
}

static size_t
compare_seed(uint64_t seed, struct kind kind)
{
	char what[32];
	struct stream st;
	size_t skipped;

	make(&st, seed, &kind);
	snprintf(what, sizeof what, "seed %llu", (unsigned long long)seed);
	skipped = compare_streams(&st, sizes[seed % (sizeof sizes / sizeof *sizes)], kind.cut, 1 + kind.more, what);
	free(st.bytes);
	return skipped;
}

static void
compare(uint64_t seed, struct kind kind, bool must)
{
	size_t skipped = compare_seed(seed, kind);

	if (must && !skipped)
		fail_msg("seed %llu: nothing was passed over", (unsigned long long)seed);
	if (!must && !kind.odd && skipped)
		fail_msg("seed %llu: %zu bytes were passed over", (unsigned long long)seed, skipped);
}

static void
test_lines(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		compare(seed, (struct kind){ 0 }, true);
		compare(seed, (struct kind){ .stairs = true }, true);
	}
}

/* What one piece has left is passed over when the next ones are there. */
static void
test_more_and_more(void **state)
{
	size_t skipped[2] = { 0 };

	(void)state;
	for (uint64_t seed = 0; seed < 120; seed++) {
		struct kind kind = { .more = 1 + (unsigned)(seed / 6 % 5), .raw = seed % 7 == 1,
			             .stairs = seed % 7 == 2, .placed = seed % 7 > 4 };

		skipped[kind.placed] += compare_seed(seed, kind);
		kind.odd = 1 + (unsigned)(seed * seed % 2000);
		compare_seed(seed, kind);
	}
	assert_in_range(skipped[false], 80 * CAP / 4, 80 * CAP);
	assert_in_range(skipped[true], 30 * CAP / 4, 40 * CAP);
}

/* What was set before counts for the lines that stay. */
static void
test_what_was_set_before(void **state)
{
	static const char *const heads[] = {
		"\033[4h", "\033[?7l", "\033(0", "\033)0\016", "\033]8;;http://example.org/\a", "\033[20h", "\033[31;44m\033[2J",
		"\033[3g", "\0337", "\033[?6h", "\033]0;title\a", "\033[?1049h",
	};

	(void)state;
	for (uint64_t seed = 0; seed < sizeof heads / sizeof *heads * 2; seed++)
		compare(seed * 6 + seed % 2, (struct kind){ .head = heads[seed / 2] }, true);
}

/* Without a carriage return the column of each line depends on all lines before it. */
static void
test_raw_lines(void **state)
{
	static const char *const heads[] = {
		NULL, "\033[?7l", "\033(0", "\033[20h", "\033[4h", "\033[3g\033[5G\033H\033[9G\033H", "\033[3;7H",
		"\033[?1049h",
		"\033[1000Gx", "\033[?7l\033[1000Gxy",
	};

	(void)state;
	for (uint64_t seed = 0; seed < sizeof heads / sizeof *heads * 12; seed++)
		compare(seed, (struct kind){ .head = heads[seed / 12], .raw = true }, true);
}

/* A line feed pushes nothing out, text moves other text, and places within margins. */
static void
test_nothing(void **state)
{
	static const char *const heads[] = {
		"\033[2;10r", "\033[?45h", "\033[3r", "\033[1;20r", "\033[?69h\033[5;20s", "\033[?69h\033[5;80s",
		"\033[4h", "\033[?6h", "\033[2;3r", "\033[?45h",
	};

	(void)state;
	for (uint64_t seed = 0; seed < sizeof heads / sizeof *heads; seed++)
		compare(seed * 6, (struct kind){ .head = heads[seed], .placed = seed >= 6 }, false);
}

static void
test_places(void **state)
{
	static const char *const heads[] = {
		NULL, "\033[?1049h", "\033[31;44m\033[2J", "\033(0", "\033]8;;http://example.org/\a", "\033[20h",
		"\033[1\"qx\r", "\033[?7l", "text\r\n\r\nabove", "\033[2;2H\0337\033[H",
	};

	(void)state;
	for (uint64_t seed = 0; seed < sizeof heads / sizeof *heads * 24; seed++)
		compare(seed, (struct kind){ .head = heads[seed / 24], .placed = true }, true);
}

static void
add_often(struct stream *st, const char *text, size_t to)
{
	while (st->len < to)
		stream_add(st, "%s", text);
}

static struct stream
begin_with(const char *head)
{
	struct stream st = { .rows = 24, .cols = 80, .cap = CAP, .bytes = malloc(CAP + 64) };

	assert_non_null(st.bytes);
	st.len = strlen(head);
	memcpy(st.bytes, head, st.len);
	return st;
}

#define ROW "................................................................................"

/* What is written for a while has changed more than what is written over it later. */
static void
test_what_stays(void **state)
{
	static const struct {
		const char *head, *first, *then;
	} cases[] = {
		{ "", "\033[4;3Hx", "\033[4;4H\033[X" },
		{ "", "\033[4;3Hx\033[5b", "\033[4;3Hxxxxx" },
		{ "", "\033[4;3H\033[7mx", "\033[4;3H\033[27mx" },
		{ "", "\033[4;3H\bx", "\033[4;3Hx" },
		{ "", "\033[4;3H\tx", "\033[4;3Hx" },
		{ "", "\033[4;3H\nx", "\033[4;3Hx" },
		{ "", "\033[4;3H\033[Ax", "\033[4;3Hx" },
		{ "", "\033[4;3H\033[2Bx", "\033[4;3Hx" },
		{ "", "\033[4;3H\033[3Cx", "\033[4;3Hx" },
		{ "", "\033[4;3H\033[Dx", "\033[4;3Hx" },
		{ "", "\033[4;3H\033[9Gx\033[2dx", "\033[4;3Hx" },
		{ "\033[4;1H12345678", "\033[4;3H\033[K", "\033[4;3H87" },
		{ "\033[4;1H12345678", "\033[4;3H\033[1K", "\033[4;2H87" },
		{ "\033[4;1H12345678", "\033[4;3H\033[2K", "\033[4;2H87" },
		{ "\033[4;1H12345678", "\033[4;3H\033[2X", "\033[4;3H8" },
		{ "\033[4;1H12345678", "\033[3;3H\033[J", "\033[4;3H8" },
		{ "\033[4;1H12345678", "\033[5;3H\033[1J", "\033[4;3H8" },
		{ "\033[4;1H12345678", "\033[5;3H\033[2J", "\033[4;3H8" },
		{ "\033[999Cxyz", "\033[2;1H\033[K", "\033[2;1H" ROW },
		{ "\033[999Cxyz", "\033[2;3H\033[2K", "\033[2;1H" ROW },
		{ "\033[999Cxyz", "\033[1;1H\nx", "\033[2;1Hx" },
		{ "\033[999Cxyz", "\033[2;1H\033[1Jx", "\033[H" ROW "\033[2;1Hx" },
		{ "\033[999Cxyz", "\033[1;80H\033[1J", "\033[H" ROW },
		{ "\r\n\033]133;A\a$ ", "\033[2;1H\033[K", "\033[2;1H" ROW },
		{ "\r\n\033]133;A\a$ ", "\033[2;3H\033[2K", "\033[2;1H" ROW },
		{ "\033[4;1H\xe4\xb8\xad", "\033[4;2H\033[41mx", "\033[4;2H\033[44mx" },
		{ "\033[4;1H\xe4\xb8\xad", "\033[4;2H\033[41m\033[K", "\033[4;2H\033[44m\033[K" },
		{ "", "\033[4;3H\033[?25l\033[?2026h", "\033[4;3Hx" },
		{ "", "\033[4;3H\033[1;4:3;38;5;9m", "\033[4;3Hx" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stream st = begin_with(cases[i].head);

		add_often(&st, cases[i].first, CAP / 4);
		add_often(&st, cases[i].then, CAP - 256);
		compare_streams(&st, sizes[0], strlen(cases[i].head), 1, cases[i].first);
		free(st.bytes);
	}
}

#define HEART "\xe2\x9d\xa4\xef\xb8\x8f"
#define PLACES "\033[6;3H\033[1mx\033[9;9H\033[mzz"
#define INTO_ROW_4 PLACES PLACES PLACES PLACES PLACES PLACES PLACES PLACES "\033[4;20Hx"
#define SHIFTED "\033[4;1H" HEART " abc\033[4;1H  "

/*
 * A row with text that terminals show in different places is no hindrance once that is written over, while nothing is
 * written into it, or when its trail has become too long, which takes INTO_ROW_4 more than a quarter of the stream.
 */
static void
test_places_that_were_doubtful(void **state)
{
	static const struct {
		const char *head, *often;
		bool passes;
	} cases[] = {
		{ "\033[4;1H" HEART " abc\033[4;1H" ROW "\r", PLACES, true },
		{ "\033[4;1H" HEART " abc\033[9G|\033[4;1H             ", PLACES, true },
		{ "\033[4;1H" HEART " abc\033[9G|\033[4;3H             ", PLACES, false },
		{ SHIFTED "\033[6H", PLACES, true },
		{ SHIFTED "\033[6H", INTO_ROW_4, true },
		{ SHIFTED "\033[4;7H" ROW ROW ROW ROW ROW ROW ROW, PLACES "\033[4;5Hx\033[1K", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t head = strlen(cases[i].head), skipped;
		struct stream st = begin_with(cases[i].head);

		add_often(&st, cases[i].often, CAP / 4);
		skipped = compare_streams(&st, sizes[0], head, 1, cases[i].head);
		assert_false(skipped && strcmp(cases[i].often, INTO_ROW_4) == 0);
		add_often(&st, cases[i].often, CAP - 1024);
		skipped = compare_streams(&st, sizes[0], head, 1, cases[i].head);
		if ((skipped > 0) != cases[i].passes)
			fail_msg("case %zu: %zu bytes were passed over", i, skipped);
		free(st.bytes);
	}
}

static void
test_places_and_more(void **state)
{
	/* A cell that depends on the one before it, a row that depends on the one above. */
	static const char *const heads[] = { NULL, "\r\n\xe4\xb8\xad\033[m", "\r\n\033[999Cxyz\033[m", "\033[?1049h" };

	(void)state;
	for (uint64_t seed = 0; seed < 400; seed++)
		compare(seed, (struct kind){ .head = heads[seed / 6 % 4], .placed = true, .stays = seed & 1,
		                             .odd = 1 + (unsigned)(seed * seed % 3000) }, false);
}

/* Something is half said: what comes next ends it, however soon it is gone. */
static void
test_in_the_middle(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 12; seed++) {
		compare(seed, (struct kind){ .head = "\033[4hx", .cut = 3 }, true);
		compare(seed, (struct kind){ .head = "\033]0;title\ax", .cut = 5 }, true);
		compare(seed, (struct kind){ .head = "\033Nx", .cut = 2, .blank = true }, true);
		compare(seed, (struct kind){ .head = "\xe4\xb8\xad", .cut = 2 }, true);
		/* U+009B, a CSI. */
		compare(seed, (struct kind){ .head = "\xc2\x9b" "3g", .cut = 1 }, true);
		compare(seed, (struct kind){ .head = "\xc2\x9b?1049h", .cut = 1 }, true);
	}
}

static void
test_lines_and_more(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++)
		compare(seed, (struct kind){ .odd = 1 + (unsigned)(seed * seed % 3000), .stairs = seed & 1 }, false);
	/* With queries among them. */
	assert_true(all_answers > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_more_and_more),
		cmocka_unit_test(test_what_was_set_before),
		cmocka_unit_test(test_raw_lines),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_in_the_middle),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_places_that_were_doubtful),
		cmocka_unit_test(test_what_stays),
		cmocka_unit_test(test_places_and_more),
		cmocka_unit_test(test_lines_and_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
