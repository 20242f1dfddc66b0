/* SPDX-License-Identifier: MIT */
/* The guesser: what is shown, and what is not. */
#include "guess_world.h"

static void
the_kernels_echo_is_shown_behind_its_first_character(void **state)
{
	struct world *w = *state;

	tty(w, "cat", USUAL);
	type(w, "a");
	assert_string_equal(seen(w), "");
	type(w, "b");
	assert_string_equal(seen(w), "");
	out(w, "a");
	assert_string_equal(seen(w), "ab");
	type(w, "cd\x7f" "e\x16\x01");
	assert_string_equal(seen(w), "abce^A");
	type(w, "\x15");
	assert_string_equal(seen(w), "");
	assert_int_equal(seen_column(w), 0);
	out(w, "bcd\b \be^\b^A\b \b\b \b\b \b\b \b\b \b\b \b");
	assert_string_equal(seen(w), "");
	taken(w);
	assert_false(guess_outstanding(w->guess));
}

static void
nothing_is_shown_without_echo(void **state)
{
	struct world *w = *state;

	tty(w, "dash", USUAL);
	out(w, "$ ");
	one_line(w, "$ ", "true");
	one_line(w, "$ ", "true");
	tty(w, "dash", MUTE);
	type(w, "secret");
	assert_string_equal(seen(w), "$");
	assert_int_equal(seen_column(w), 2);
	/* Nor does it come to light later, while it has not been taken. */
	tty(w, "dash", USUAL);
	assert_string_equal(seen(w), "$");
	type(w, "x");
	assert_string_equal(seen(w), "$");
	out(w, "s");
	assert_string_equal(seen(w), "$ s");
}

/*
 * sudo's terminal echoes while it looks at one password, and not when it asks for the next: one is typed ahead of
 * that.
 */
static void
a_program_that_has_asked_is_not_echoed(void **state)
{
	struct world *w = *state;

	tty(w, "sudo", USUAL);
	tty(w, "sudo", MUTE);
	type(w, "x\r");
	taken(w);
	tty(w, "sudo", USUAL);
	type(w, "s");
	out(w, "s");
	type(w, "ecret");
	assert_string_equal(seen(w), "s");
	type(w, "\r");
	out(w, "\r\n");
	taken(w);
	tty(w, "cat", USUAL);
	echo(w, "a");
	type(w, "b");
	assert_string_equal(seen(w), "ab");
}

static void
a_known_prompt_shows_the_first_key(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "me@host:~$ ");
	type(w, "l");
	assert_string_equal(seen(w), "me@host:~$");
	out(w, "l");
	taken(w);
	one_line(w, "me@host:~/src$ ", "s");
	one_line(w, "me@host:~/src$ ", "ls");
	type(w, "p");
	assert_string_equal(seen(w), "me@host:~/src$ p");
	type(w, "w");
	assert_string_equal(seen(w), "me@host:~/src$ pw");
}

/* Bash's read -se is readline with the same modes; fish's read -s is like its read. */
static void
a_question_in_the_same_program_does_not(void **state)
{
	static const char *const prompts[] = { "Password: ", "PIN> ", "read> ", "me@host's password: ", "Token$ ",
		"" };

	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
		struct world *w;

		tear_down(state);
		set_up(state);
		w = *state;
		tty(w, "bash", RAW);
		out(w, "me@host:~$ ");
		one_line(w, "me@host:~$ ", "true");
		one_line(w, "me@host:~$ ", "true");
		echo(w, "ask");
		type(w, "\r");
		out(w, "\r\n");
		out(w, prompts[i]);
		taken(w);
		type(w, "7");
		type(w, "8");
		assert_int_equal(guess_want(w->guess, w->base)->n, 0);
		taken(w);
		type(w, "9");
		assert_int_equal(guess_want(w->guess, w->base)->n, 0);
		/* Even one at which keys came back before. */
		type(w, "\r");
		out(w, "\r\n");
		out(w, prompts[i]);
		taken(w);
		if (strcmp(prompts[i], "read> ") == 0 || *prompts[i] == '\0') {
			one_line(w, prompts[i], "seen");
			one_line(w, prompts[i], "seen");
			type(w, "7");
			assert_int_equal(guess_want(w->guess, w->base)->n, 0);
		}
	}
}

static void
a_prompt_that_was_silent_is_not_trusted(void **state)
{
	struct world *w = *state;

	tty(w, "ask", RAW);
	out(w, "> ");
	type(w, "7");
	taken(w);
	type(w, "\r");
	out(w, "\r\n> ");
	taken(w);
	one_line(w, "> ", "seen");
	type(w, "7");
	assert_string_equal(seen(w), ">");
}

static void
what_is_typed_behind_an_enter_waits(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	one_line(w, "$ ", "true");
	one_line(w, "$ ", "true");
	type(w, "su\r");
	assert_string_equal(seen(w), "$ su");
	type(w, "78");
	assert_string_equal(seen(w), "$ su");
	out(w, "su\r\n");
	taken_up_to(w, w->typed - 2);
	assert_string_equal(seen(w), "");
	out(w, "$ ");
	assert_string_equal(seen(w), "$");
	taken(w);
	assert_string_equal(seen(w), "$");
	/* The prompt comes before they are taken: they were not typed at it. */
	type(w, "su\r");
	type(w, "78");
	out(w, "su\r\n$ ");
	taken_up_to(w, w->typed - 2);
	assert_string_equal(seen(w), "$");
	out(w, "7");
	assert_string_equal(seen(w), "$ 78");
}

static void
a_window_is_trusted_within_an_epoch_alone(void **state)
{
	static const char *const programs[] = { "ssh", "tmux: client", "sudo", "su", "docker", "" };

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct world *w;

		tear_down(state);
		set_up(state);
		w = *state;
		tty(w, programs[i], RAW);
		out(w, "$ ");
		for (unsigned n = 0; n < 5; n++)
			one_line(w, "$ ", "true");
		type(w, "7");
		assert_string_equal(seen(w), "$");
		out(w, "7");
		type(w, "8");
		assert_string_equal(seen(w), "$ 78");
		/* A question that comes by itself, without an Enter. */
		out(w, "8\r\nPassword: ");
		type(w, "9");
		assert_string_equal(seen(w), "Password:");
	}
}

static void
output_of_others_ends_the_epoch(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "# ");
	echo(w, "abc");
	type(w, "d");
	assert_string_equal(seen(w), "# abcd");
	out(w, "d\r\nPIN: ");
	taken(w);
	type(w, "1");
	assert_string_equal(seen(w), "PIN:");
}

static void
what_was_taken_without_an_echo_is_dropped(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "d");
	assert_string_equal(seen(w), "$ abcd");
	taken(w);
	assert_string_equal(seen(w), "$ abc");
	type(w, "e");
	assert_string_equal(seen(w), "$ abc");
	out(w, "e");
	type(w, "f");
	assert_string_equal(seen(w), "$ abcef");
}

static void
what_comes_late_does_not_end_the_epoch(void **state)
{
	struct world *w = *state;

	tty(w, "zsh", RAW);
	out(w, "% ");
	echo(w, "abc");
	type(w, "d");
	type(w, "d");
	taken_up_to(w, w->typed - 1);
	assert_string_equal(seen(w), "% abc");
	out(w, "d");
	assert_string_equal(seen(w), "% abcdd");
	out(w, "d");
	taken(w);
	/* But a question in between does. */
	type(w, "e");
	taken(w);
	out(w, "\r\nPIN: ");
	type(w, "1");
	assert_string_equal(seen(w), "PIN:");
	out(w, "\r\n% abcdd");
	type(w, "2");
	out(w, "e");
	assert_string_equal(seen(w), "% abcdde");
}

/* The answer to a question was taken, which nobody has said yet, and the shell shows what was typed behind it. */
static void
what_comes_to_stand_there_by_chance_proves_nothing(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	for (unsigned i = 0; i < ROWS; i++)
		out(w, "\r\n");
	out(w, "$ ");
	echo(w, "ask");
	type(w, "\r");
	out(w, "\r\nPassword: ");
	taken(w);
	type(w, "7");
	type(w, "8");
	out(w, "\r\n$ a");
	out(w, "\r\n$ a longer7");
	assert_string_equal(seen(w), "$ a longer7");
}

static void
a_paste_is_not_shown(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "\033[200~pasted\033[201~");
	assert_string_equal(seen(w), "$ abc");
	type(w, "d");
	assert_string_equal(seen(w), "$ abc");
	out(w, "pastedd");
	taken(w);
	type(w, "e");
	assert_string_equal(seen(w), "$ abcpastedd");
	out(w, "e");
	type(w, "f");
	assert_string_equal(seen(w), "$ abcpasteddef");
	/* Without brackets, but at once. */
	type(w, "more than anybody types between two looks at the terminal");
	assert_string_equal(seen(w), "$ abcpasteddef");
}

static void
reports_are_no_keys(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "\033[I\033[O\033[<0;1;1M\033[1;5R\033[?1;2c\033]11;rgb:0/0/0\033\\");
	assert_false(guess_outstanding(w->guess));
	type(w, "d");
	assert_string_equal(seen(w), "$ abcd");
}

/* vi's l, on an l. */
static void
a_motion_over_the_same_letter_is_no_echo(void **state)
{
	struct world *w = *state;

	tty(w, "vim", RAW);
	out(w, "\033[?1049h\033[Hallow\033[1;2H");
	type(w, "l");
	out(w, "\033[C");
	taken(w);
	type(w, "l");
	out(w, "\033[C");
	taken(w);
	type(w, "x");
	assert_string_equal(seen(w), "allow");
}

static void
what_was_typed_before_echo_was_off_never_shows(void **state)
{
	struct world *w = *state;

	tty(w, "dash", USUAL);
	out(w, "$ ");
	type(w, "7");
	type(w, "8");
	tty(w, "dash", MUTE);
	tty(w, "dash", USUAL);
	out(w, "7");
	assert_string_equal(seen(w), "$ 7");
}

static void
vi_is_trusted_where_it_says_that_it_inserts(void **state)
{
	struct world *w = *state;

	tty(w, "vim", RAW);
	out(w, "\033[?1049h\033[H");
	type(w, "i");
	out(w, "\033[8;1H-- INSERT --\033[H");
	taken(w);
	echo(w, "words");
	type(w, "\r");
	out(w, "\r\n");
	taken(w);
	type(w, "n");
	assert_string_equal(seen(w), "n");
	out(w, "n");
	taken(w);
	/* It has not said yet that ESC was taken. */
	type(w, "\033");
	taken(w);
	type(w, "d");
	assert_string_equal(seen(w), "n");
	out(w, "\033[8;1H\033[K\033[2;1H");
	taken(w);
	type(w, "d");
	assert_string_equal(seen(w), "n");
	/* A terminal in vi. */
	out(w, "\033[8;1H-- TERMINAL --\033[4;1H");
	echo(w, "true enough");
	type(w, "\r");
	out(w, "\r\nPassword: ");
	taken(w);
	type(w, "7");
	assert_string_equal(seen(w), "Password:");
}

static void
a_reset_forgets_what_is_on_its_way(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "d");
	guess_reset(w->guess);
	assert_string_equal(seen(w), "$ abc");
	assert_true(guess_outstanding(w->guess));
	type(w, "e");
	assert_string_equal(seen(w), "$ abc");
	out(w, "de");
	taken(w);
	assert_false(guess_outstanding(w->guess));
}

static void
more_keys_than_are_followed_are_not_shown(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "a");
	for (unsigned i = 0; i < 1000; i++)
		type(w, i % 2 ? "\x7f" : "b");
	assert_string_equal(seen(w), "$ a");
	taken(w);
	assert_false(guess_outstanding(w->guess));
	type(w, "c");
	out(w, "c");
	type(w, "d");
	assert_string_equal(seen(w), "$ acd");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_kernels_echo_is_shown_behind_its_first_character),
		TEST(nothing_is_shown_without_echo),
		TEST(a_program_that_has_asked_is_not_echoed),
		TEST(a_known_prompt_shows_the_first_key),
		TEST(a_question_in_the_same_program_does_not),
		TEST(a_prompt_that_was_silent_is_not_trusted),
		TEST(what_is_typed_behind_an_enter_waits),
		TEST(a_window_is_trusted_within_an_epoch_alone),
		TEST(output_of_others_ends_the_epoch),
		TEST(what_was_taken_without_an_echo_is_dropped),
		TEST(what_comes_late_does_not_end_the_epoch),
		TEST(what_comes_to_stand_there_by_chance_proves_nothing),
		TEST(a_paste_is_not_shown),
		TEST(reports_are_no_keys),
		TEST(a_motion_over_the_same_letter_is_no_echo),
		TEST(what_was_typed_before_echo_was_off_never_shows),
		TEST(vi_is_trusted_where_it_says_that_it_inserts),
		TEST(a_reset_forgets_what_is_on_its_way),
		TEST(more_keys_than_are_followed_are_not_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
