/* SPDX-License-Identifier: MIT */
/* The text of a list of sessions: last lines of output, and ages. */
#include "unit.h"

#include "age.h"
#include "lastline.h"

static const char *
last(const char *bytes, bool whole)
{
	static char out[64];
	unsigned char *copy = exact_copy((const unsigned char *)bytes, strlen(bytes));

	memset(out, 'x', sizeof out);
	lastline_find(out, sizeof out, copy, strlen(bytes), whole);
	free(copy);
	return out;
}

static void
last_lines(void **state)
{
	static const struct { const char *bytes, *wanted; } cases[] = {
		{ "", "" },
		{ "\r\n  \r\n", "" },
		{ "one\r\ntwo\r\n", "two" },
		{ "one\r\ntwo", "two" },
		{ "one\r\n   \r\n", "one" },
		{ "\033[1;31mred\033[m \033]0;title\007text\033]8;;x\033\\!", "red text!" },
		{ "10%\r20%\r30%", "30%" },
		{ "abcdef\rxy", "xycdef" },
		{ "abcdef\rxy\033[K", "xy" },
		{ "ab\b\bc", "cb" },
		{ "\b\b\bab", "ab" },
		{ "a\tb", "a b" },
		{ "one\033[2J\033[Htwo", "two" },
		{ "gr\303\274n \342\202\254", "gr?n ?" },
		{ "a\033", "a" },
		{ "a\033[", "a" },
		{ "a\033]0;never ended", "a" },
		{ "a\033P\033\033\\b", "ab" },
		{ "\033(Bx\007\001\177y", "xy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (strcmp(last(cases[i].bytes, true), cases[i].wanted) != 0)
			fail_msg("%zu: \"%s\" instead of \"%s\"", i, last(cases[i].bytes, true), cases[i].wanted);
}

/* What was cut begins after the first newline, unless there is none. */
static void
cut_output(void **state)
{
	(void)state;
	assert_string_equal(last("1mcut\r\nwhole", false), "whole");
	assert_string_equal(last("nothing else", false), "nothing else");
}

static void
long_lines(void **state)
{
	char bytes[1000];

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	bytes[sizeof bytes - 1] = '\0';
	assert_int_equal(strlen(last(bytes, true)), 63);
}

static void
ages(void **state)
{
	static const struct { uint64_t seconds; const char *wanted; } cases[] = {
		{ 0, "0s" }, { 59, "59s" }, { 60, "1m 0s" }, { 252, "4m 12s" }, { 3599, "59m 59s" }, { 3600, "1h 0m" },
		{ 86399, "23h 59m" }, { 86400, "1d 0h" }, { 187200, "2d 4h" }, { UINT64_MAX, "213503982334601d 7h" },
	};
	char out[AGE_CAP];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		age_format(out, cases[i].seconds);
		assert_string_equal(out, cases[i].wanted);
	}
	age_since(out, UINT64_MAX);
	assert_string_equal(out, "0s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_lines),
		cmocka_unit_test(cut_output),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(ages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
