/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "vtscan.h"

/* Scans TEXT into letters, a token each: t c e [ ] p; the lengths must add up. */
static void
expect(const char *text, const char *kinds)
{
	static const char letters[] = { [VTSCAN_TEXT] = 't', [VTSCAN_CONTROL] = 'c', [VTSCAN_ESCAPE] = 'e',
		                        [VTSCAN_CSI] = '[', [VTSCAN_STRING] = ']', [VTSCAN_PARTIAL] = 'p' };
	size_t len = strlen(text), seen = 0, n = 0;
	unsigned char *copy = exact_copy(text, len);
	struct vtscan s;
	struct vtscan_token t;
	char got[64];

	vtscan_init(&s, copy, len);
	while (vtscan_next(&s, &t) != VTSCAN_END) {
		assert_true(n < sizeof got - 1);
		assert_ptr_equal(t.p, copy + seen);
		assert_true(t.len > 0);
		got[n++] = letters[t.kind];
		seen += t.len;
	}
	got[n] = '\0';
	assert_int_equal(seen, len);
	assert_string_equal(got, kinds);
	free(copy);
}

static void
tokens(void **state)
{
	(void)state;
	expect("", "");
	expect("plain", "t");
	expect("a\r\nb", "tcct");
	expect("h\303\244\303\237lich", "t");
	expect("\033[31mred\033[0m", "[t[");
	expect("\033[?1049h", "[");
	expect("\033]0;title\ax", "]t");
	expect("\033]0;title\033\\x", "]t");
	expect("\033P+q544e\033\\", "]");
	expect("\0337\033(B\033=", "eee");
	expect("\177x", "ct");
}

static void
broken_off_and_interrupted(void **state)
{
	(void)state;
	expect("abc\033", "tp");
	expect("abc\033[12;", "tp");
	expect("\033]0;ti", "p");
	expect("\033]0;ti\033", "p");
	expect("\033(", "p");
	/* A new ESC, CAN and SUB end a sequence. */
	expect("\033[1\033[2m", "[[");
	expect("\033[1\030m", "[t");
	expect("\033]0;x\033[2m", "][");
	expect("\033P1\032x", "]t");
}

static void
expect_between(const char *text, bool between)
{
	size_t len = strlen(text);
	unsigned char *copy = exact_copy(text, len);
	struct vtscan s;

	vtscan_init(&s, copy, len);
	assert_true(vtscan_ends_between(&s) == between);
	free(copy);
}

static void
between_two_sequences(void **state)
{
	(void)state;
	expect_between("", true);
	expect_between("$ ", true);
	expect_between("\033[31m", true);
	expect_between("\033]0;title\a", true);
	expect_between("\033]0;tit", false);
	expect_between("\033[3", false);
	expect_between("x\033", false);
	expect_between("\303\244", true);
	expect_between("\303", false);
	expect_between("\342\202", false);
	expect_between("\342\202\254", true);
	expect_between("\360\237\230", false);
	expect_between("\360\237\230\200", true);
	/* No UTF-8 at all: nobody waits for its rest. */
	expect_between("\200\200\200\200", true);
	expect_between("\200", true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(broken_off_and_interrupted),
		cmocka_unit_test(between_two_sequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
