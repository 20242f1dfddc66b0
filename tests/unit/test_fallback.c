/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>

#include "fallback.h"

static const struct termcan all;
static const struct termcan *target = &all;

/* What is shown of OUTPUT, as a string for strstr (no NUL in it). */
static char *
shown(const char *output, bool whole, unsigned rows, unsigned cols, const char *line, bool *alternate)
{
	size_t len = strlen(output);
	unsigned char *copy = exact_copy(output, len);
	struct fallback t;
	char *s;

	assert_int_equal(fallback_render(&t, copy, len, whole, rows, cols, line, target), 0);
	free(copy);
	s = malloc(t.len + 1);
	assert_non_null(s);
	memcpy(s, t.bytes, t.len);
	s[t.len] = '\0';
	assert_int_equal(strlen(s), t.len);
	if (alternate)
		*alternate = t.alternate;
	free(t.bytes);
	return s;
}

static void
expect_in(const char *output, const char *needle, bool there)
{
	char *s = shown(output, true, 24, 80, NULL, NULL);

	if ((strstr(s, needle) != NULL) != there)
		fail_msg("%s %s %s", output, there ? "should show" : "should not show", needle);
	free(s);
}

static void
only_the_last_rows(void **state)
{
	char text[4096] = "", *s;

	(void)state;
	for (int i = 100; i < 200; i++)
		sprintf(text + strlen(text), "line %d\r\n", i);
	strcat(text, "$ ");
	s = shown(text, true, 10, 80, "resumed", NULL);
	assert_null(strstr(s, "line 190\r\n"));
	assert_non_null(strstr(s, "line 191\r\nline 192\r\n"));
	assert_non_null(strstr(s, "line 199\r\n$ "));
	assert_non_null(strstr(s, "resumed"));
	assert_true(strstr(s, "resumed") < strstr(s, "line 191"));
	free(s);
}

static void
long_lines_count_as_rows(void **state)
{
	char text[512], *s;

	(void)state;
	memset(text, 'a', 100);
	memset(text + 100, 'b', 100);
	memset(text + 200, 'c', 100);
	text[300] = '\0';
	s = shown(text, true, 2, 100, NULL, NULL);
	assert_null(strchr(s, 'a'));
	assert_non_null(strstr(s, "bbbb"));
	assert_non_null(strstr(s, "cccc"));
	free(s);
}

static void
nothing_asks_or_rings(void **state)
{
	static const char *const left_out[] = {
		"\033[c", "\033[>c", "\033[=c", "\033[6n", "\033[5n", "\033[?6n", "\033[?2004$p", "\033[>q", "\033[?u",
		"\033[18t", "\033]52;c;aGk=\a", "\033]10;?\a", "\033]4;1;?\a", "\033]9;note\a", "\033P$qm\033\\",
		"\033P+q544e\033\\", "\033_Gi=31;AAAA\033\\", "\005", "\a", "\033Z", "\033c", "\033[?3h", "\033[>4;2m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
		char text[64];

		snprintf(text, sizeof text, "x%sy", left_out[i]);
		expect_in(text, left_out[i], false);
		expect_in(text, "xy", true);
	}
}

static void
colours_links_and_titles_stay(void **state)
{
	(void)state;
	expect_in("\033[1;31mred\033[m", "\033[1;31mred\033[m", true);
	expect_in("\033]2;title\a", "\033]2;title\a", true);
	expect_in("\033]8;;http://x\033\\link\033]8;;\033\\", "link\033]8;;\033\\", true);
	expect_in("a\033[3Cb\033[K", "a\033[3Cb\033[K", true);
}

static void
the_pen_at_the_cut(void **state)
{
	char *s = shown("\033[32mgreen\r\nstill\r\ngreen\r\nhere", true, 2, 80, NULL, NULL);

	(void)state;
	assert_non_null(strstr(s, "\033[32mgreen\r\nhere"));
	free(s);
}

static void
clearing_starts_over(void **state)
{
	char *s = shown("old\r\nolder\r\n\033[H\033[2J\033[3Jnew\r\n$ ", true, 24, 80, NULL, NULL);

	(void)state;
	assert_null(strstr(s, "old"));
	assert_non_null(strstr(s, "new\r\n$ "));
	free(s);
}

static void
alternate_screen_is_left_to_the_program(void **state)
{
	bool alternate;
	char *s = shown("$ vi\r\n\033[?1049h\033[2Jtext of vi\033[?1000h", true, 24, 80, NULL, &alternate);

	(void)state;
	assert_true(alternate);
	assert_null(strstr(s, "text of vi"));
	assert_non_null(strstr(s, "$ vi"));
	assert_non_null(strstr(s, "\033[?1049h"));
	assert_non_null(strstr(strstr(s, "\033[?1049h"), "\033[?1000h"));
	free(s);
	s = shown("$ vi\r\n\033[?1049htext of vi\033[?1049l$ ", true, 24, 80, NULL, &alternate);
	assert_false(alternate);
	assert_null(strstr(s, "text of vi"));
	assert_non_null(strstr(s, "$ vi\r\n$ "));
	free(s);
}

static void
modes_come_back(void **state)
{
	char *s = shown("\033[?2004h\033[?25l\033[?1;1006h\033=$ ", true, 24, 80, NULL, NULL);

	(void)state;
	assert_non_null(strstr(s, "\033[?2004h"));
	assert_non_null(strstr(s, "\033[?25l"));
	assert_non_null(strstr(s, "\033[?1h"));
	assert_non_null(strstr(s, "\033[?1006h"));
	assert_non_null(strstr(s, "\033="));
	free(s);
	s = shown("\033[?2004h\033[?2004l$ ", true, 24, 80, NULL, NULL);
	assert_null(strstr(s, "2004"));
	free(s);
}

static void
a_wrapped_ring_begins_at_a_line(void **state)
{
	char *s = shown("2;31mhalf of a line\r\nwhole\r\n", false, 24, 80, NULL, NULL);

	(void)state;
	assert_null(strstr(s, "half"));
	assert_non_null(strstr(s, "whole"));
	free(s);
}

static void
a_begun_sequence_goes_on(void **state)
{
	char *s = shown("text\033[3", true, 24, 80, NULL, NULL);
	size_t len = strlen(s);

	(void)state;
	assert_true(len > 3);
	assert_string_equal(s + len - 3, "\033[3");
	free(s);
}

static void
leaving_puts_modes_back(void **state)
{
	static const char output[] = "\033[?1049h\033[?1002h\033[?25l\033[?2004h";
	struct fallback t;

	(void)state;
	assert_int_equal(fallback_leave(&t, (const unsigned char *)output, strlen(output), true, &all), 0);
	t.bytes = realloc(t.bytes, t.len + 1);
	assert_non_null(t.bytes);
	t.bytes[t.len] = '\0';
	assert_non_null(strstr((char *)t.bytes, "\033[?1002l"));
	assert_non_null(strstr((char *)t.bytes, "\033[?25h"));
	assert_non_null(strstr((char *)t.bytes, "\033[?2004l"));
	assert_non_null(strstr((char *)t.bytes, "\033[?1049l"));
	free(t.bytes);
}

static const struct termcan vt100 = { .can = TERMCAN_KNOWN | TERMCAN_ECMA48 | TERMCAN_KEYPAD | TERMCAN_WRAPS };

/* A terminal that is not like xterm gets text, positions, and the SGR that it takes. */
static void
little_for_little(void **state)
{
	static const char output[] = "\033]2;title\007\033[1;31mred\033[7mx\033[38;5;9m\033[4:3m\033[>4;2m"
	                             "\033]8;;x\007\033(0q\033[2;3r\033[?1h\033[?2004h\033[?1049h";
	static const char *const never[] = { "\033]", "\033[?2", "38", ":", "\033[>", "\033(", "\033[2;3r",
		"\033[1;31m", "?1049" };
	char *s;
	struct fallback t;

	(void)state;
	target = &vt100;
	s = shown(output, true, 24, 80, "line", NULL);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strstr(s, never[i]))
			fail_msg("\"%s\" for a VT100", never[i]);
	assert_non_null(strstr(s, "red\033[7mx"));
	assert_non_null(strstr(s, "\033[?1h"));
	free(s);
	target = &(const struct termcan){ .can = TERMCAN_KNOWN };
	s = shown(output, true, 3, 80, "line", NULL);
	assert_string_equal(s, "\n\n\n\rline\r\nredxq");
	free(s);
	target = &all;
	assert_int_equal(fallback_leave(&t, (const unsigned char *)output, strlen(output), true, &vt100), 0);
	assert_int_equal(t.len, strlen("\030\033[0m\033[?1l"));
	assert_memory_equal(t.bytes, "\030\033[0m\033[?1l", t.len);
	free(t.bytes);
}

/* Any bytes, any size: no crash, and never more than a bound. */
static void
random_bytes(void **state)
{
	unsigned seed = 12345;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		unsigned char text[512];
		size_t len = (size_t)(rand_r(&seed) % (int)sizeof text);
		unsigned char *copy;
		struct fallback t;

		for (size_t j = 0; j < len; j++)
			text[j] = rand_r(&seed) % 3 ? "\033[]?0;1hlmHJP\\\n\a"[rand_r(&seed) % 16]
			                            : (unsigned char)rand_r(&seed);
		copy = exact_copy(text, len);
		assert_int_equal(fallback_render(&t, copy, len, i % 2, (unsigned)rand_r(&seed) % 100,
		                             (unsigned)rand_r(&seed) % 100, "line",
		                             i % 3 ? &all : &vt100), 0);
		assert_true(t.len < 8192);
		free(t.bytes);
		assert_int_equal(fallback_leave(&t, copy, len, i % 2, i % 3 ? &all : &vt100), 0);
		free(t.bytes);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_last_rows),
		cmocka_unit_test(long_lines_count_as_rows),
		cmocka_unit_test(nothing_asks_or_rings),
		cmocka_unit_test(colours_links_and_titles_stay),
		cmocka_unit_test(the_pen_at_the_cut),
		cmocka_unit_test(clearing_starts_over),
		cmocka_unit_test(alternate_screen_is_left_to_the_program),
		cmocka_unit_test(modes_come_back),
		cmocka_unit_test(a_wrapped_ring_begins_at_a_line),
		cmocka_unit_test(a_begun_sequence_goes_on),
		cmocka_unit_test(leaving_puts_modes_back),
		cmocka_unit_test(little_for_little),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
