/* SPDX-License-Identifier: MIT */
/* The guesser: what it learns, or does not, from answers that come at once or elsewhere. */
#include "guess_world.h"

/* The answers to a key and to Enter behind it come at once, and scroll: the key was right. */
static void
a_key_right_before_enter_is_no_command(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "\033[8H$ ");
	one_line(w, "$ ", "ls");
	one_line(w, "$ ", "ls");
	echo(w, "l");
	type(w, "o");
	assert_string_equal(seen(w), "$ lo");
	type(w, "\r");
	out(w, "o\r\nout\r\n$ ");
	taken(w);
	type(w, "o");
	assert_string_equal(seen(w), "$ o");
	/* One that did not come back was none of the text. */
	out(w, "o");
	taken(w);
	type(w, "x");
	assert_string_equal(seen(w), "$ ox");
	type(w, "\r");
	out(w, "\r\nout\r\n$ ");
	taken(w);
	echo(w, "l");
	type(w, "x");
	assert_string_equal(seen(w), "$ l");
}

/* What stands where a key was predicted is another line: less asks for something else behind a number. */
static void
another_line_at_the_same_place_is_another_place(void **state)
{
	struct world *w = *state;

	tty(w, "less", RAW);
	out(w, "\033[?1049h\033[8H:");
	type(w, "50p");
	out(w, "\r\033[K:\033[K5\b5");
	taken_up_to(w, 1);
	out(w, "\033[K0\b0");
	taken_up_to(w, 2);
	out(w, "\r\033[K");
	out(w, "\007\r\033[K& :\033[K");
	assert_string_equal(seen(w), "& :");
	taken(w);
	assert_string_equal(seen(w), "& :");
}

/* Tab may take longer than a key that is said to be taken: what is typed next comes behind what it completes. */
static void
nothing_is_shown_behind_a_key_of_which_nothing_came(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	one_line(w, "$ ", "true");
	one_line(w, "$ ", "true");
	echo(w, "ls pro");
	type(w, "\t");
	taken(w);
	type(w, "m");
	assert_string_equal(seen(w), "$ ls pro");
	out(w, "ject/");
	assert_string_equal(seen(w), "$ ls project/");
	out(w, "m");
	taken(w);
	echo(w, "a");
	type(w, "i");
	assert_string_equal(seen(w), "$ ls project/mai");
	out(w, "i");
	taken(w);
	/* It rings where it finds nothing. */
	type(w, "\t");
	out(w, "\a");
	taken(w);
	type(w, "n");
	assert_string_equal(seen(w), "$ ls project/main");
}

/* A busy host has not answered a key that is said to be taken: what is typed next comes behind it. */
static void
nothing_is_shown_in_place_of_a_key_that_may_be_late(void **state)
{
	struct world *w = *state;

	tty(w, "zsh", RAW);
	out(w, "% ");
	one_line(w, "% ", "true");
	one_line(w, "% ", "true");
	echo(w, "dat");
	type(w, "e");
	assert_string_equal(seen(w), "% date");
	taken(w);
	assert_string_equal(seen(w), "% dat");
	type(w, "+");
	assert_string_equal(seen(w), "% dat");
	out(w, "e");
	assert_string_equal(seen(w), "% date+");
	out(w, "+");
	taken(w);
	type(w, "x");
	assert_string_equal(seen(w), "% date+x");
}

/* So does vi, which is trusted by its mode. */
static void
nothing_is_shown_in_place_of_a_key_that_may_be_late_in_vi(void **state)
{
	struct world *w = *state;

	tty(w, "vim", RAW);
	out(w, "\033[?1049h\033[8;1H-- INSERT --\033[H");
	echo(w, "some words");
	type(w, "i");
	taken(w);
	assert_string_equal(seen(w), "some words");
	type(w, "n");
	assert_string_equal(seen(w), "some words");
	out(w, "i");
	assert_string_equal(seen(w), "some wordsin");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_right_before_enter_is_no_command),
		TEST(another_line_at_the_same_place_is_another_place),
		TEST(nothing_is_shown_behind_a_key_of_which_nothing_came),
		TEST(nothing_is_shown_in_place_of_a_key_that_may_be_late),
		TEST(nothing_is_shown_in_place_of_a_key_that_may_be_late_in_vi),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
