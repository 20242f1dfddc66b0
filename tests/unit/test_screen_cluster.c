/* SPDX-License-Identifier: MIT */
/* Widths beside libc's, clusters, and text behind characters that terminals show in different widths (flow.h). */
#include "unit.h"

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "graphemes.h"
#include "screen.h"
#include "screen_text.h"
#include "termcan.h"
#include "width.h"

#define HEART "\xe2\x9d\xa4\xef\xb8\x8f"
#define THUMB "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd"

#ifdef __GLIBC__
/* The differences that are accepted; a newer libc may have fewer. */
static const struct {
	uint32_t first, last;
	unsigned ours, libc;
	const char *why;
} differences[] = {
	{ 0x2630, 0x2637, 2, 1, "wide since Unicode 16" },
	{ 0x268a, 0x268f, 2, 1, "wide since Unicode 16" },
	{ 0x3248, 0x324f, 1, 2, "ambiguous; glibc makes them wide" },
	{ 0x1171e, 0x1171e, 1, 0, "a spacing mark since Unicode 16" },
	{ 0x1d300, 0x1d356, 2, 1, "wide since Unicode 16" },
	{ 0x1d360, 0x1d376, 2, 1, "wide since Unicode 16" },
};

static bool
is_accepted(uint32_t code, unsigned ours, unsigned libc)
{
	for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
		if (code >= differences[i].first && code <= differences[i].last)
			return ours == differences[i].ours && libc == differences[i].libc;
	return false;
}

static void
widths_are_libcs(void **state)
{
	unsigned unknown = 0;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (uint32_t code = 0xa0; code < 0x110000; code++) {
		int libc = wcwidth((wchar_t)code);
		unsigned ours = width_of(code);

		if (libc < 0)
			unknown++;
		else if (ours != (unsigned)libc && !is_accepted(code, ours, (unsigned)libc))
			fail_msg("U+%04X: %u columns, libc says %d", code, ours, libc);
	}
	/* Most code points have no character; if libc knew none at all, this test would say nothing. */
	assert_true(unknown < 0x110000 - 200000);
	setlocale(LC_CTYPE, "C");
}
#endif

static void
code_points_form_clusters(void **state)
{
	static const struct {
		uint32_t codes[6];
		unsigned n; /* how many of them are one cluster */
	} table[] = {
		{ { 'e', 0x301, 'x' }, 2 }, { { 0x2764, 0xfe0f, ' ' }, 2 }, { { '1', 0xfe0f, 0x20e3, '2' }, 3 },
		{ { 0x1f44d, 0x1f3fd, 0x1f44d }, 2 }, { { 0x1f468, 0x200d, 0x1f469, 0x1f467 }, 3 },
		{ { 'a', 0x200d, 0x1f469 }, 2 }, { { 0x1f1e9, 0x1f1ea, 0x1f1eb, 0x1f1f7 }, 2 },
		{ { 0x915, 0x94d, 0x937, 0x93f, 'x' }, 4 }, { { 0x915, 0x937 }, 1 }, { { 0x915, 0x93e, 0x915 }, 2 },
		{ { 0x1112, 0x1161, 0x11ab, 0x1112 }, 3 }, { { 0xac00, 0x11a8, 0x1161 }, 2 },
		{ { 0xac01, 0x1161 }, 1 }, { { 0xe01, 0xe33, 'x' }, 2 }, { { 0x600, 0x661, 'x' }, 2 },
		{ { 0x600, 'x' }, 1 }, { { 0x4e2d, 0x6587 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		unsigned n = 1;

		while (graphemes_join(table[i].codes, n, table[i].codes[n]))
			n++;
		if (n != table[i].n)
			fail_msg("case %zu: %u code points", i, n);
	}
}

/* What a terminal like xterm gets that shows BYTES, from the first line on. */
static const char *
rendering_of(unsigned rows, unsigned cols, const char *bytes)
{
	static struct text t;
	const struct termcan all = { .can = TERMCAN_KNOWN | ~UINT64_C(0), .colours = TERMCAN_DIRECT };
	struct screen_render_options o = { .target = &all };
	struct screen *s = screen_of(rows, cols, bytes);

	t.n = 0;
	screen_render(s, &o, keep, &t);
	screen_free(s);
	return t.bytes;
}

static void
the_cursor_is_shifted_until_a_column_is_said(void **state)
{
	static const struct {
		const char *bytes;
		bool shifted;
	} table[] = {
		{ "1\xef\xb8\x8f\xe2\x83\xa3", true },
		{ "abc", false }, { HEART, true }, { HEART "abc", true }, { THUMB, true }, { HEART "\r", false },
		{ HEART "ab\b", true }, { HEART "ab\033[D", true }, { HEART "\033[3C", true },
		{ HEART "\033[9G", false },
		{ HEART "\033[2;9H", false }, { HEART "\t", false }, { HEART "\033[99D", false },
		{ HEART "\033[999C", false }, { HEART "\033[B", true }, { HEART "\n", true }, { HEART "\033[4d", true },
		{ HEART "\033[1m", true }, { HEART "\0337\033[9G\0338", true }, { "\0337" HEART "\0338", false },
		{ HEART "\033[L", false }, { "\xe2\x94\x80\xe4\xb8\xad\xc3\xa9" "e\xcc\x81", false }, { "\xff", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		static struct text t;
		struct screen *s = screen_of(5, 20, table[i].bytes);

		t.n = 0;
		screen_state(s, keep, &t);
		if (!strstr(t.bytes, "\nshift 0\n") != table[i].shifted)
			fail_msg("case %zu", i);
		screen_free(s);
	}
}

static void
text_is_printed_on_or_placed(void **state)
{
	static const struct {
		const char *bytes, *has;
	} table[] = {
		/* The cursor comes to its place by the text behind the emoji, whose last character comes last. */
		{ "u@h " HEART " $ ls", "hu@h " HEART " $ l\033[?25h" }, { "u@h " HEART " $ ls", "\033[?2026ls" },
		{ "u@h " THUMB " $ ls", "hu@h " THUMB " $ l\033[?25h" },
		{ "u@h " HEART " $ ls\b", "hu@h " HEART " $ ls\b\033[?25h" },
		{ "u@h " HEART "\b\b", "hu@h " HEART "\b\b\033[?25h" },
		/* The same, where what was saved has to be said in between: back to the last row, if it is that. */
		{ "a\0337u@h " HEART " $ ls", "\033[1H\033[2Kau@h " HEART " $ l\033[?25h" },
		{ "a\0337\n\n\n\n\n\n\n\n\n\ru@h " HEART " $ ls", "\033[5B\r\033[2Ku@h " HEART " $ l\033[?25h" },
		{ "a\0337\n\n\n\n\n\n\n\n\n\ru@h " HEART "\b\b\r", "\033[5B\033[1G\033[?25h" },
		/* With text below it. */
		{ "\nx\033[Hu@h " HEART " $ ls", "\033[1H\033[2Ku@h " HEART " $ l\033[?25h" },
		{ "\nx\033[Hu@h " HEART " $ ls\b", "\033[1H\033[2Ku@h " HEART " $ ls\b\033[?25h" },
		/* A terminal makes one of the two only if nothing comes between them. */
		{ "u@h " THUMB, "\033[?2026l" THUMB },
		{ HEART "\033[15G|\r", HEART "\033[15G|" }, { HEART "\033[8C|\r", HEART "\033[8C|" },
		{ HEART "ab\033[3G-\033[2K" HEART "\033[15G|\r", "\033[15G|" },
		/* Placed between what is shifted: over it, as the program did it. */
		{ HEART "abcd\033[4GX\r", HEART "abcd\033[4GX" },
		/* Tabs, and text behind motions to the left. */
		{ HEART "ab\tcd\b\b\bX\r", HEART "ab\tcd\b\b\bX" }, { HEART "ab\033[5D-\r", HEART "ab\033[5D-" },
		{ HEART "ab\033[4D\033[P\033[2@\033[X\033[1K\033[I\r",
		  HEART "ab\b\b\b\b\033[1P\033[2@\033[1X\033[1K\t" },
		/* Insert mode ends that. */
		{ HEART "abcd\033[4hef\033[4l\033[4GX\r", HEART "ab\033[Cdef\033[4GX" },
		/* A line of the scrollback has the column too. */
		{ HEART "\033[15G|\r\n\n\n\n\n\n", HEART "             \033[15G|" },
		/* A wide background goes to the edge, wherever that is. */
		{ "\033[41m" HEART " x\033[K", " x\033[K" },
		/* ?2027 is set where a cluster comes about by it alone. */
		{ "\033[?2027h" THUMB "x\r", "\033[?2027h" THUMB "\033[?2027lx" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *got = rendering_of(5, 20, table[i].bytes);

		if (!strstr(got, table[i].has))
			fail_msg("case %zu: %s", i, got);
		/* Sequences for a model alone are not for terminals. */
		assert_null(strstr(got, "!h"));
	}
}

/* More operations than are kept in their order: the cells say what is in the row. */
static void
an_order_that_is_too_long_is_forgotten(void **state)
{
	char bytes[4096] = HEART "abcd";

	(void)state;
	for (unsigned n = 0; n < 300; n++)
		strcat(bytes, "\033[4GX\r");
	assert_non_null(strstr(rendering_of(5, 20, bytes), HEART "ab\033[Cd\033[4GX"));
	strcpy(bytes, HEART "abcd\033[4GX\r");
	assert_non_null(strstr(rendering_of(5, 20, bytes), HEART "abcd\033[4GX"));
}

/* A line that was wrapped, and whose second row the cursor is in: printed on, over the end of the first. */
static void
a_wrapped_prompt_is_printed_on(void **state)
{
	(void)state;
	assert_non_null(strstr(rendering_of(5, 10, HEART "23456789abc"), "\033[1;1H" HEART "23456789ab"));
	/* On the alternate screen too. */
	assert_non_null(strstr(rendering_of(5, 10, "\033[?1049h\033[H" HEART "23456789abc"),
	                       "\033[1H" HEART "23456789abc"));
}

static void
columns_go_when_the_width_changes(void **state)
{
	static struct text t;
	struct screen *s = screen_of(2, 20, HEART "\033[15G|\r\n\n\n");

	(void)state;
	screen_resize(s, 2, 30);
	screen_render(s, NULL, keep, &t);
	assert_non_null(strstr(t.bytes, HEART "             |"));
	screen_free(s);
}

static void
long_clusters_are_kept(void **state)
{
	/* 36 code points: no more than 32 are. */
	static struct text t;
	struct screen *s = screen_of(2, 20, "a");

	(void)state;
	for (unsigned i = 0; i < 35; i++)
		screen_feed(s, "\xcc\x81", 2);
	screen_text(s, false, keep, &t);
	assert_int_equal(t.n, 1 + 31 * 2 + 2);
	screen_free(s);
}

/* As many of them as there can be; and then a screen with few. */
static void
clusters_are_kept_again(void **state)
{
	static struct text t;
	struct screen *s = screen_of(250, 260, "");
	char longest[1 + 2 * 31];

	(void)state;
	for (unsigned i = 0; i < 31; i++)
		memcpy(longest + 1 + 2 * i, "\xcc\x81", 2);
	for (unsigned i = 0; i < 250 * 260; i++) {
		longest[0] = (char)('a' + i % 26);
		screen_feed(s, longest, sizeof longest);
	}
	screen_feed(s, "\033c", 2);
	for (unsigned i = 0; i < 1000; i++)
		screen_feed(s, "\033[H\033[2Je\xcc\x81", 10);
	screen_text(s, false, keep, &t);
	assert_memory_equal(t.bytes, "e\xcc\x81\n", 4);
	screen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef __GLIBC__
		cmocka_unit_test(widths_are_libcs),
#endif
		cmocka_unit_test(code_points_form_clusters),
		cmocka_unit_test(the_cursor_is_shifted_until_a_column_is_said),
		cmocka_unit_test(text_is_printed_on_or_placed),
		cmocka_unit_test(an_order_that_is_too_long_is_forgotten),
		cmocka_unit_test(a_wrapped_prompt_is_printed_on),
		cmocka_unit_test(columns_go_when_the_width_changes),
		cmocka_unit_test(long_clusters_are_kept),
		cmocka_unit_test(clusters_are_kept_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
