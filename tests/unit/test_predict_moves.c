/* SPDX-License-Identifier: MIT */
/* The guesser within a line: what moves, and what is beside it. */
#include "guess_world.h"

#include "guess_state.h"

static void
a_suggestion_is_not_pushed(void **state)
{
	struct world *w = *state;

	tty(w, "fish", RAW);
	out(w, "> ");
	echo(w, "gi");
	out(w, "\033[90mt status\033[m\r\033[4C");
	type(w, "t");
	assert_string_equal(seen(w), "> git status");
	type(w, "x");
	assert_string_equal(seen(w), "> gitxstatus");
}

static void
what_was_learned_within_a_line_says_nothing_of_suggestions(void **state)
{
	struct world *w = *state;

	tty(w, "fish", RAW);
	out(w, "> ");
	echo(w, "ac");
	type(w, "\033[D");
	out(w, "\b");
	taken(w);
	type(w, "b");
	out(w, "\033[@b");
	taken(w);
	type(w, "x");
	assert_string_equal(seen(w), "> abxc");
	out(w, "\033[@x");
	type(w, "\r");
	out(w, "\r\n> ");
	taken(w);
	echo(w, "gi");
	out(w, "\033[90mt status\033[m\r\033[4C");
	type(w, "x");
	assert_string_equal(seen(w), "> gix status");
}

static void
text_moves_where_that_was_learned(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "acd");
	for (unsigned i = 0; i < 2; i++) {
		type(w, "\033[D");
		out(w, "\b");
		taken(w);
	}
	type(w, "b");
	assert_string_equal(seen(w), "$ abd"); /* what is under it is not known */
	out(w, "\033[@b");
	assert_string_equal(seen(w), "$ abcd");
	type(w, "x");
	assert_string_equal(seen(w), "$ abxcd");
	type(w, "\x7f\x7f");
	assert_string_equal(seen(w), "$ acd");
	type(w, "\033[D");
	assert_int_equal(seen_column(w), 2);
}

static void
wide_characters_and_marks_are_shown(void **state)
{
	struct world *w = *state;
	const struct overlay_want *want;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "a");
	type(w, "\xe4\xb8\xad" "e\xcc\x81");
	want = guess_want(w->guess, w->base);
	assert_int_equal(want->n, 2);
	assert_int_equal(want->cells[0].width, 2);
	assert_int_equal(want->cells[1].len, 3);
	assert_int_equal(want->col, 6);
	type(w, "\x7f\x7f");
	assert_int_equal(seen_column(w), 3);
}

/* Where it is not known whether a Backspace erases, the next character does not push what may still be there. */
static void
what_a_backspace_may_leave_is_not_pushed(void **state)
{
	struct world *w = *state;

	tty(w, "vim", RAW);
	out(w, "\033[?1049h\033[8H\033[1m-- INSERT --\033[m\033[H");
	echo(w, "et");
	habit_right(w->guess->habit, HABIT_PUSH);
	type(w, "\177r");
	assert_string_equal(seen(w), "er");
	out(w, "\b\033[K");
	out(w, "r");
	taken(w);
	assert_string_equal(seen(w), "er");
}

/* The last column of a pane is as that of the terminal, and its neighbour does not move along. */
static void
a_pane_ends_at_its_border(void **state)
{
	struct world *w = *state;

	tty(w, "tmux: client", RAW);
	out(w, "\033[?1049h\033[H$ \033[1;9H\342\224\202right\033[1;3H");
	echo(w, "abcd");
	type(w, "e");
	assert_string_equal(seen(w), "$ abcde \342right");
	type(w, "f");
	assert_string_equal(seen(w), "$ abcde \342right");
}

/* Blanks that were typed at the end of the row are no text that would move out of it. */
static void
what_was_typed_ends_within_the_row(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "ab                                   ");
	for (unsigned i = 0; i < 2; i++)
		habit_right(w->guess->habit, HABIT_INSERT_ROW);
	type(w, "\001");
	out(w, "\r\033[2C");
	taken(w);
	assert_int_equal(w->guess->anchor.end, COLS - 1);
	for (unsigned i = 0; i < 2; i++) {
		type(w, "x");
		out(w, "\033[@x");
		assert_int_equal(w->guess->n, 0);
		assert_in_range(w->guess->anchor.end, 5, COLS - 1);
	}
}

/* The terminal is narrower, and what was typed last before that was in a row with more columns. */
static void
a_narrower_terminal_is_looked_at_within_its_columns(void **state)
{
	struct world *w = *state;

	tty(w, "ssh", RAW);
	out(w, "0123456789012345678901234567890123456\rab");
	type(w, "x");
	guess_reset(w->guess);
	screen_free(w->base);
	w->base = screen_new(ROWS, COLS / 2, 0);
	assert_non_null(w->base);
	/* The cursor is where the next character wraps, so no row is loaded for the key. */
	out(w, "01234567890123456789");
	taken(w);
	type(w, "y");
	assert_int_equal(w->guess->before.cols, 0);
	taken(w);
	for (unsigned i = 0; i < HABIT_CLASSES; i++)
		assert_int_equal(w->guess->habit->score[i], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_suggestion_is_not_pushed),
		TEST(what_was_learned_within_a_line_says_nothing_of_suggestions),
		TEST(text_moves_where_that_was_learned),
		TEST(wide_characters_and_marks_are_shown),
		TEST(what_a_backspace_may_leave_is_not_pushed),
		TEST(a_pane_ends_at_its_border),
		TEST(what_was_typed_ends_within_the_row),
		TEST(a_narrower_terminal_is_looked_at_within_its_columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
