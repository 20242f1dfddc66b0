/* SPDX-License-Identifier: MIT */
/* The model that predictions are drawn over (predict.h): there is one of the session's size, or none. */
#include "unit.h"

#include <errno.h>

#include "predict.h"
#include "screen.h"

static void
a_size_that_no_model_has_is_refused(void **state)
{
	static const struct { unsigned rows, cols; int want; } sizes[] = {
		{ 24, 80, 0 }, { 1, SCREEN_COLS_MIN, 0 }, { SCREEN_ROWS_MAX, SCREEN_COLS_MAX, 0 },
		{ 24, SCREEN_COLS_MAX + 1, -ERANGE }, { SCREEN_ROWS_MAX + 1, 80, -ERANGE },
		{ 24, SCREEN_COLS_MIN - 1, -ERANGE }, { 0, 80, -ERANGE }, { 24, 0, -ERANGE },
	};
	struct predict *p = predict_new();

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		assert_int_equal(predict_begin(p, sizes[i].rows, sizes[i].cols), sizes[i].want);
		assert_int_equal(predict_begun(p), sizes[i].want == 0);
	}
	predict_free(p);
}

static void
put(void *to, const void *bytes, size_t len)
{
	size_t *count = to;

	(void)bytes;
	*count += len;
}

/* "$ " comes, by a rendering that the terminal does not get (APART), and what is typed there is shown: in bytes. */
static size_t
shown_at_a_prompt(struct predict *p, bool apart)
{
	const struct frame_tty tty = { .modes = FRAME_TTY_ICANON | FRAME_TTY_ECHO, .program = "cat" };
	size_t count = 0, ignored = 0;

	predict_paint(p, "$ ", 2);
	if (apart)
		predict_apart(p);
	predict_painted(p, 2, 0);
	predict_tty(p, &tty);
	predict_keys(p, (const unsigned char *)"ab", 2, 0, 0, false);
	predict_before(p, "a", 1, put, &count);
	predict_fed(p, "a", 1, 3, 0);
	count = 0;
	predict_show(p, false, put, &count);
	predict_before(p, "b", 1, put, &ignored);
	predict_fed(p, "b", 1, 4, 0);
	assert_false(predict_outstanding(p));
	predict_end(p);
	return count;
}

/* A program has said a row on the main screen: until the terminal is drawn anew no other model makes that good. */
static void
a_terminal_that_has_strayed_stays_so(void **state)
{
	struct predict *p = predict_new();

	(void)state;
	assert_non_null(p);
	assert_int_equal(predict_begin(p, 8, 40), 0);
	assert_true(shown_at_a_prompt(p, true) > 0);
	assert_int_equal(predict_begin(p, 8, 40), 0);
	predict_fed(p, "\033[3H", 4, 4, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(predict_begin(p, 8, 40), 0);
		assert_int_equal(shown_at_a_prompt(p, true), 0);
	}
	assert_int_equal(predict_begin(p, 8, 40), 0);
	assert_true(shown_at_a_prompt(p, false) > 0);
	assert_int_equal(predict_begin(p, 8, 40), 0);
	assert_true(shown_at_a_prompt(p, true) > 0);
	predict_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_size_that_no_model_has_is_refused),
		cmocka_unit_test(a_terminal_that_has_strayed_stays_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
