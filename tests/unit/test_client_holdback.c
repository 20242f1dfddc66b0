/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "local_holdback.h"

static struct local_holdback t;
static unsigned char out[8192];
static size_t out_len;

static void
feed(const void *data, size_t len)
{
	unsigned char held[HOLDBACK_CAP], *copy = exact_copy(data, len);
	size_t held_len, now;

	local_holdback_feed(&t, copy, len, held, &held_len, &now);
	assert_true(held_len <= HOLDBACK_CAP && now <= len);
	memcpy(out + out_len, held, held_len);
	memcpy(out + out_len + held_len, copy, now);
	out_len += held_len + now;
	free(copy);
}

static void
begin(void)
{
	memset(&t, 0, sizeof t);
	out_len = 0;
}

static const char text[] =
	"plain \303\251 \342\202\254 \360\237\230\200 end\033[1;31mred\033[0m\033]0;title\007a\033]8;;http://x\033\\b"
	"\033P1$r0m\033\\c\0337\033(Bd\033[?1049h\033\033[5n\033]broken\033[mX\033[12\030e\377\200f\033#8"
	"\302\2331mg\302\205h\302\2350;t\302\234i\302\240j\302\220q\302\303\234\033\\k\033[1\302\2332ml\302\2332"
	"\302\235x\007m\302\233"
	"3\302n\302";

/* Whatever pieces it comes in: nothing is lost or changed, and what is held back is the unfinished end. */
static void
test_all_cuts(void **state)
{
	size_t len = sizeof text - 1;

	(void)state;
	for (size_t a = 0; a <= len; a++)
		for (size_t b = a; b <= len; b += 3) {
			begin();
			feed(text, a);
			feed(text + a, b - a);
			feed(text + b, len - b);
			/* The last is the begin of a character. */
			assert_int_equal(out_len, len - 1);
			assert_memory_equal(out, text, len - 1);
			assert_int_equal(t.len, 1);
		}
	begin();
	for (size_t i = 0; i < len; i++) {
		feed(text + i, 1);
		assert_int_equal(out_len + t.len, i + 1);
	}
	assert_memory_equal(out, text, len - 1);
}

static void
expect_held(const char *data, const char *held)
{
	begin();
	feed(data, strlen(data));
	assert_int_equal(t.len, strlen(held));
	assert_memory_equal(t.buf, held, t.len);
	assert_int_equal(out_len, strlen(data) - t.len);
}

static void
test_what_is_held(void **state)
{
	(void)state;
	expect_held("abc", "");
	expect_held("abc\033", "\033");
	expect_held("abc\033[31", "\033[31");
	expect_held("abc\033[31m", "");
	expect_held("\033[mabc\033]0;ti", "\033]0;ti");
	expect_held("\033]0;title\033", "\033]0;title\033");
	expect_held("\033]0;title\007", "");
	expect_held("e\303", "\303");
	expect_held("e\342\202", "\342\202");
	expect_held("e\360\237\230", "\360\237\230");
	expect_held("e\342\202\254", "");
	expect_held("e\377", "");
	expect_held("e\200\200\200\200", "");
	expect_held("\033(", "\033(");
	/* C1 controls as characters. */
	expect_held("abc\302", "\302");
	expect_held("abc\302\233", "\302\233");
	expect_held("abc\302\2331;3", "\302\2331;3");
	expect_held("abc\302\2331;3m", "");
	expect_held("\302\2331;3\302\233", "\302\2331;3\302\233");
	expect_held("\302\2350;ti\302", "\302\2350;ti\302");
	expect_held("\302\2350;ti\302\234", "");
	expect_held("\033]0;ti\302\234", "");
	expect_held("\033]0;ti\302\240", "\033]0;ti\302\240");
	expect_held("\302\2201q\033\\", "");
	expect_held("\302\205\302\204\302\240", "");
	expect_held("\302\033[", "\033[");
	/* None: it is not the character's first byte. */
	expect_held("\303\302\233", "\302\233");
	expect_held("\233", "");
	expect_held("\342\202\233" "1", "");
}

static void
test_long_ones_are_passed(void **state)
{
	char big[1000];

	(void)state;
	begin();
	memset(big, 'q', sizeof big);
	memcpy(big, "\033P", 2);
	feed(big, sizeof big);
	assert_int_equal(out_len, sizeof big);
	assert_true(local_holdback_inside(&t));
	feed("qqq", 3);
	assert_int_equal(out_len, sizeof big + 3);
	feed("\033\\x\033[3", 6);
	assert_false(local_holdback_inside(&t));
	assert_int_equal(t.len, 3);
	assert_int_equal(out_len, sizeof big + 6);
	/* In small pieces too. */
	begin();
	for (size_t i = 0; i < sizeof big; i++)
		feed(big + i, 1);
	assert_true(local_holdback_inside(&t));
	assert_int_equal(out_len, sizeof big);
}

static void
test_drop(void **state)
{
	bool broken;

	(void)state;
	begin();
	feed("a\033[3", 4);
	local_holdback_drop(&t, &broken);
	assert_false(broken);
	assert_int_equal(t.len, 0);
	feed("b", 1);
	assert_memory_equal(out, "ab", out_len);
}

static void
test_alternate_screen(void **state)
{
	(void)state;
	begin();
	feed("\033[?25;1049h", 11);
	assert_true(t.alternate);
	feed("\033[1049l\033[?25l", 13);
	assert_true(t.alternate);
	feed("\033[?47l", 6);
	assert_false(t.alternate);
	feed("\033[?10", 5);
	feed("47h", 3);
	assert_true(t.alternate);
	feed("\033c", 2);
	assert_false(t.alternate);
	feed("\302", 1);
	feed("\233?1049h", 7);
	assert_true(t.alternate);
	feed("\302\233?1049l", 8);
	assert_false(t.alternate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_cuts),
		cmocka_unit_test(test_what_is_held),
		cmocka_unit_test(test_long_ones_are_passed),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_alternate_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
