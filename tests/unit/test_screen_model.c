/* SPDX-License-Identifier: MIT */
/* The terminal model: what it shows, and its bounds. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "law.h"
#include "screen.h"
#include "screen_text.h"

/* Whether the line "NAME VALUE" is in the state of S. */
static bool
state_has(const struct screen *s, const char *line)
{
	static struct text t;
	char with_ends[256];

	t.n = 0;
	keep(&t, "\n", 1);
	screen_state(s, keep, &t);
	snprintf(with_ends, sizeof with_ends, "\n%s\n", line);
	return strstr(t.bytes, with_ends) != NULL;
}

static void
text_comes_where_it_belongs(void **state)
{
	static const struct {
		const char *bytes, *text;
	} table[] = {
		{ "hello\r\nworld", "hello\nworld" },
		{ "0123456789abc", "0123456789\nabc" },
		{ "012345678\xe4\xb8\xad!", "012345678\n\xe4\xb8\xad!" },
		{ "e\xcc\x81x", "e\xcc\x81x" },
		{ "abc\b\bX", "aXc" },
		{ "a\tb", "a       b" },
		{ "abc\033[2G\033[@Z", "aZbc" },
		{ "abcdef\033[2G\033[2P", "adef" },
		{ "abcdef\033[2G\033[2X", "a  def" },
		{ "\xe4\xb8\xad\xe6\x96\x87\033[2GX", " X\xe6\x96\x87" },
		{ "a\r\nb\r\nc\033[1;1H\033[L", "\na\nb\nc" },
		{ "a\r\nb\r\nc\033[1;1H\033[M", "b\nc" },
		{ "x\033[3b", "xxxx" },
		{ "x\033[m\033[3b", "x" },
		{ "\033(0lqk\033(B", "\xe2\x94\x8c\xe2\x94\x80\xe2\x94\x90" },
		{ "\033*0\033Nqq", "\xe2\x94\x80q" },
		{ "\xff\xe4\xb8x", "\xef\xbf\xbd\xef\xbf\xbdx" },
		{ "a\033]0;title\033\\b\033Pjunk\033\\c\033_x\033\\d\033^y\033\\e\033Xz\033\\f", "abcdef" },
		{ "1\033[?7l\033[10Gab\033[?7h", "1        b" },
		{ "main\033[?1049halt\033[?1049l.", "main." },
		{ "\033[2;3r\033[3;1Ha\r\nb\r\nc", "\nb\nc" },
		{ "\033[?69h\033[3;5s\033[1;3Habcdef\033[s", "  abc\n  def" },
		{ "\033[1;1H\033[1\"qP\033[0\"qn\033[?2J", "P" },
		{ "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7", "1\n2\n3\n4\n5\n6\n7" },
		{ "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33H"
		  "x", " x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct screen *s = screen_of(5, 10, table[i].bytes);

		assert_string_equal(text_of(s), table[i].text);
		screen_free(s);
	}
}

static void
modes_are_known(void **state)
{
	static const struct {
		const char *bytes, *line;
	} table[] = {
		{ "", "cursor 1 1" }, { "0123456789", "pending-wrap 1" }, { "\033[?1h", "cursor-keys 1" },
		{ "\033[?1000h\033[?1006h", "mouse 1000 1006" }, { "\033[?1002h\033[?1002l", "mouse 0" },
		{ "\033[?2004h", "paste 1" }, { "\033[>1u\033[>5u", "kitty-flags 5" },
		{ "\033[>1u\033[>5u\033[<u", "kitty-flags 1" },
		{ "\033[=3u", "kitty-primary 3" }, { "\033[>4;2m", "modify-4 2" }, { "\033[4 q", "cursor-shape 4" },
		{ "\033]2;a\007\033[22t\033]2;b\007", "title b" },
		{ "\033]2;a\007\033[22t\033]2;b\007\033[23t", "title a" },
		{ "\033]7;file://h/\033\\", "directory file://h/" },
		{ "\033]11;#102030\007", "background #102030" },
		{ "\033[1;4:3;38;2;1;2;3;58:5:9m", "pen 0;1;4:3;38;2;1;2;3;58:5:9" },
		{ "\033[2;4r", "margins 2 4 1 10" },
		{ "\033[3g\033[5G\033H", "tabs 5" }, { "\033[?25l\033[!p", "cursor-visible 1" },
		{ "\033[4h", "insert 1" },
		{ "\033]8;id=a;http://x/\033\\", "link id=a;http://x/" },
		{ "\033[2;3H\0337\033[H\0338", "cursor 2 3" },
		{ "\033[?1049h", "alternate 1" }, { "\033[?2026h", "synchronized 1" },
		{ "\033[?6h\033[2;3r", "cursor 2 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct screen *s = screen_of(5, 10, table[i].bytes);

		if (!state_has(s, table[i].line))
			fail_msg("no \"%s\" after %zu", table[i].line, i);
		screen_free(s);
	}
}

static void
lines_are_wrapped_anew(void **state)
{
	static const struct {
		const char *bytes;
		unsigned rows, cols;
		const char *text, *cursor;
	} table[] = {
		{ "0123456789abc", 5, 20, "0123456789abc", "cursor 1 14" },
		{ "0123456789abc", 5, 5, "01234\n56789\nabc", "cursor 3 4" },
		{ "012345678\xe4\xb8\xad!", 5, 20, "012345678\xe4\xb8\xad!", "cursor 1 13" },
		{ "a\r\nb\r\nc", 2, 10, "a\nb\nc", "cursor 2 2" },
		{ "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7", 7, 10, "1\n2\n3\n4\n5\n6\n7", "cursor 7 2" },
		{ "0123456789\033[1;5H", 5, 4, "0123\n4567\n89", "cursor 2 1" },
		{ "0123456789", 5, 5, "01234\n56789", "pending-wrap 1" },
		{ "0123456789\033[Z", 5, 20, "0123456789", "cursor 1 9" },
		{ "$ ls\r\n0123456789\r\n$ \033[?1049hvi", 5, 5, "$ ls\n01234\n56789\n$", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct screen *s = screen_of(5, 10, table[i].bytes);

		screen_resize(s, table[i].rows, table[i].cols);
		screen_feed(s, "\033[?1049l", table[i].cursor ? 0 : 8);
		assert_string_equal(text_of(s), table[i].text);
		if (table[i].cursor && !state_has(s, table[i].cursor))
			fail_msg("no \"%s\" after %zu", table[i].cursor, i);
		screen_free(s);
	}
}

static void
the_line_stands_above_the_screen(void **state)
{
	static const struct screen_render_options o = { .line = "resumed" }, only = { .no_scrollback = true },
	                                           after_a_gap = { .no_scrollback = true, .push_up = true };
	struct screen *s = screen_of(3, 10, "1\r\n2\r\n3\r\n4\r\n5");
	struct screen *b = screen_new(3, 10, 100), *c = screen_new(3, 10, 100);

	(void)state;
	screen_render(s, &o, feed, b);
	assert_string_equal(text_of(b), "1\n2\nresumed\n3\n4\n5");
	screen_render(s, &only, feed, c);
	assert_string_equal(text_of(c), "3\n4\n5");
	screen_feed(c, "\r\n6", 3);
	screen_render(s, &after_a_gap, feed, c);
	assert_string_equal(text_of(c), "3\n4\n5\n3\n4\n5");
	screen_free(s);
	screen_free(b);
	screen_free(c);
}

/* What a terminal had before goes up into its scrollback; nothing goes there of an empty one. */
static void
what_was_there_is_kept(void **state)
{
	struct screen *s = screen_of(3, 20, "new"), *b = screen_of(3, 20, "Last login\r\nmotd\r\n");

	(void)state;
	screen_render(s, NULL, feed, b);
	assert_string_equal(text_of(b), "Last login\nmotd\nnew");
	screen_free(s);
	screen_free(b);
}

static void
leaving_is_clean(void **state)
{
	static const char *const clean[] = {
		"alternate 0", "mouse 0", "paste 0", "cursor-visible 1", "kitty-flags 0", "pen 0", "insert 0",
		"margins 1 5 1 10",
		"cursor-shape 0", "cursor 3 1", "link ", "charsets BBBB 0", "keypad 0",
	};
	struct screen *s = screen_of(5, 10,
	                             "a\r\nb\033[>1u\033[?1049h\033[>5u\033[?1003;1006;2004h\033[?25l\033[4h"
	                             "\033[2;3r\033[31m"
	                             "\033[5 q\033)0\016\033=\033]8;;x\007");
	struct text t = { .n = 0 };

	(void)state;
	screen_leave(s, NULL, keep, &t);
	screen_feed(s, t.bytes, t.n);
	for (size_t i = 0; i < sizeof clean / sizeof *clean; i++)
		if (!state_has(s, clean[i]))
			fail_msg("no \"%s\"", clean[i]);
	assert_string_equal(text_of(s), "a\nb");
	screen_free(s);
}

/* Feeds BYTES so often that there are about a million of them. */
static void
flood(struct screen *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < 1000000; i += len)
		screen_feed(s, bytes, len);
}

static void
memory_is_bounded(void **state)
{
	static const char *const floods[] = {
		"\033]2;x", "\033P1;2q~~~~~~", "\033[1;1;1;1;1:1:1", "e\xcc\x81\xcc\x82", "\033[22t", "\033[>1u",
		"no newline ",
		"\033[38;2;1;2;3m\xe4\xb8\xad\033[48;2;5;6;7mx\r\n", "\033[?1049h\033[?1049l", "\n",
		"\033]8;;http://a/\033\\x\r\n",
	};
	char buf[128];
	struct screen *s = screen_new(24, 80, 100);

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
		flood(s, floods[i], strlen(floods[i]));
		screen_feed(s, "\030\033\\", 3);
	}
	/* Links and colours, each another. */
	for (unsigned i = 0; i < 50000; i++) {
		int n = snprintf(buf, sizeof buf, "\033]8;;http://example.org/%u\033\\\033[38;2;%u;%u;%umx%s", i,
		                 i & 255, i >> 8 & 255, i >> 16, i % 7 ? "" : "\r\n");

		screen_feed(s, buf, (size_t)n);
	}
	assert_true(screen_memory(s) < 2 * 1024 * 1024);
	screen_free(s);
}

static void
sizes_are_clamped(void **state)
{
	static const char much[] = "x\033[65535b\033[999L\033[999M\033[999S\033[?1049h\033#8";
	struct screen *s = screen_new(0, 0, 10);

	(void)state;
	assert_int_equal(screen_rows(s), 1);
	assert_int_equal(screen_cols(s), SCREEN_COLS_MIN);
	screen_resize(s, 70000, 70000);
	assert_int_equal(screen_rows(s), SCREEN_ROWS_MAX);
	assert_int_equal(screen_cols(s), SCREEN_COLS_MAX);
	screen_feed(s, much, sizeof much - 1);
	screen_resize(s, 1, 2);
	screen_free(s);
	screen_free(NULL);
}

/* A terminal of another character set gets back the bytes that it got; 8-bit controls it does not. */
static void
other_character_sets_come_back(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "gr\374\337e an \344lle", "gr\374\337e an \344lle" },
		{ "\303\251t\303\251 \351t\351.", "\303\251t\303\251 \351t\351." },
		{ "\344\275x \361\243\245x", "\344\275x \361\243\245x" },
		{ "\240\277\300\365\377", "\240\277\300\365\377" },
		/* They are apart, and stay so. */
		{ "\344\033[m\275x", "\344" },
		{ "a\233" "31mb \344\233" "c", "a\357\277\275" "31mb \357\277\275" "c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct screen_render_options plain = { .line = NULL };
		struct screen *s = screen_of(4, 20, cases[i].in), *again = screen_new(4, 20, 100);
		static struct text t;

		/* The character before the cursor would be said as the last of all. */
		screen_feed(s, "\r", 1);
		t.n = 0;
		screen_render(s, &plain, keep, &t);
		assert_non_null(memmem(t.bytes, t.n, cases[i].out, strlen(cases[i].out)));
		screen_feed(again, (unsigned char *)t.bytes, t.n);
		assert_string_equal(text_of(s), text_of(again));
		screen_free(s);
		screen_free(again);
		/* And from the scrollback. */
		s = screen_of(4, 20, cases[i].in);
		screen_feed(s, "\r\n\n\n\n\n\n", 7);
		t.n = 0;
		screen_render(s, &plain, keep, &t);
		assert_non_null(memmem(t.bytes, t.n, cases[i].out, strlen(cases[i].out)));
		screen_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_character_sets_come_back),
		cmocka_unit_test(text_comes_where_it_belongs),
		cmocka_unit_test(modes_are_known),
		cmocka_unit_test(lines_are_wrapped_anew),
		cmocka_unit_test(the_line_stands_above_the_screen),
		cmocka_unit_test(what_was_there_is_kept),
		cmocka_unit_test(leaving_is_clean),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(sizes_are_clamped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
