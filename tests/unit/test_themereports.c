/* SPDX-License-Identifier: MIT */
/* A terminal's answers about its colours are found in its input, however they are cut, and nothing else is. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "termreports.h"
#include "themereports.h"

struct heard {
	unsigned count;
	unsigned n[8];
	uint32_t colour[8];
	bool pass; /* they are the program's */
};

static bool
hears(void *object, unsigned n, uint32_t colour)
{
	struct heard *h = object;

	if (h->count < 8) {
		h->n[h->count] = n;
		h->colour[h->count] = colour;
	}
	h->count++;
	return h->pass;
}

/* What is left of TEXT, fed in pieces of STEP bytes, and what is held at last. */
static const char *
left_of(const char *text, size_t step, struct heard *h, bool pass)
{
	static char out[1024];
	struct themereports r = { .len = 0 };
	size_t len = strlen(text), n = 0;

	*h = (struct heard){ .pass = pass };
	for (size_t i = 0; i < len; i += step) {
		size_t some = len - i < step ? len - i : step;
		unsigned char *in = exact_copy(text + i, some), *to = malloc(some + THEMEREPORTS_HELD);
		size_t m = themereports_filter(&r, in, some, 100, hears, h, to);

		assert_true(m <= some + THEMEREPORTS_HELD);
		assert_true((r.until != 0) == (r.len != 0));
		memcpy(out + n, to, m);
		n += m;
		free(in);
		free(to);
	}
	n += themereports_release(&r, (unsigned char *)out + n);
	assert_int_equal(r.len, 0);
	assert_int_equal(r.until, 0);
	out[n] = '\0';
	return out;
}

static const struct {
	const char *in, *out;
	unsigned count;
	uint32_t colour; /* the last one */
} table[] = {
	{ "\033]11;rgb:1/2/3\033\\", "", 1, 0x1112233 },
	{ "\033]10;rgb:12/34/56\007", "", 1, 0x1123456 },
	{ "\033]12;rgb:123/456/789\033\\", "", 1, 0x1124578 },
	{ "\033]11;rgb:ffff/8080/0000\033\\", "", 1, 0x1ff8000 },
	{ "\033]11;rgba:ffff/8080/0000/7f7f\033\\", "", 1, 0x1ff8000 },
	{ "\033]10;rgb:1/1/1\033\\\033]11;rgb:2/2/2\033\\\033]12;rgb:3/3/3\033\\", "", 3, 0x1333333 },
	/* Between keys, Unicode, reports and pastes. */
	{ "ab\033]11;rgb:1/2/3\033\\cd", "abcd", 1, 0x1112233 },
	{ "\303\244\033]11;rgb:1/2/3\007\342\202\254", "\303\244\342\202\254", 1, 0x1112233 },
	{ "\033[A\033]11;rgb:1/2/3\033\\\033OP\033[?62c", "\033[A\033OP\033[?62c", 1, 0x1112233 },
	{ "\033\033]11;rgb:1/2/3\033\\\033", "\033\033", 1, 0x1112233 },
	{ "\033]11;rgb:1/2/3\033\\\033]11;rgb:1/2/4\033\\", "", 2, 0x1112244 },
	/* One that breaks off, another behind it. */
	{ "\033]11;rgb:1/2/3\033]11;rgb:4/5/6\033\\", "\033]11;rgb:1/2/3", 1, 0x1445566 },
	{ "\033]11;rgb:1/\033]11;rgb:4/5/6\033\\", "\033]11;rgb:1/", 1, 0x1445566 },
	{ "\033]11;r\033[A", "\033]11;r\033[A", 0, 0 },
	/* None of them. */
	{ "plain", "plain", 0, 0 }, { "\033", "\033", 0, 0 }, { "\033]", "\033]", 0, 0 }, { "\033]1", "\033]1", 0, 0 },
	{ "\033]13;rgb:1/2/3\033\\", "\033]13;rgb:1/2/3\033\\", 0, 0 },
	{ "\033]1;rgb:1/2/3\033\\", "\033]1;rgb:1/2/3\033\\", 0, 0 },
	{ "\033]110;rgb:1/2/3\033\\", "\033]110;rgb:1/2/3\033\\", 0, 0 },
	{ "\033]4;1;rgb:1/2/3\033\\", "\033]4;1;rgb:1/2/3\033\\", 0, 0 },
	{ "\033]11;rgb:1/2\033\\", "\033]11;rgb:1/2\033\\", 0, 0 },
	{ "\033]11;rgb:1/2/3/4\033\\", "\033]11;rgb:1/2/3/4\033\\", 0, 0 },
	{ "\033]11;rgba:1/2/3\033\\", "\033]11;rgba:1/2/3\033\\", 0, 0 },
	{ "\033]11;rgb:1/2/34567\033\\", "\033]11;rgb:1/2/34567\033\\", 0, 0 },
	{ "\033]11;rgb:1//3\033\\", "\033]11;rgb:1//3\033\\", 0, 0 },
	{ "\033]11;rgb:1/2/g\033\\", "\033]11;rgb:1/2/g\033\\", 0, 0 },
	{ "\033]11;?\033\\", "\033]11;?\033\\", 0, 0 },
	{ "\033]11;rgb:1/2/3\r", "\033]11;rgb:1/2/3\r", 0, 0 },
	{ "\033[200~x\033[201~", "\033[200~x\033[201~", 0, 0 },
};

static void
answers_are_taken_out(void **state)
{
	struct heard h;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t step = 1; step <= strlen(table[i].in); step++) {
			const char *left = left_of(table[i].in, step, &h, false);

			if (strcmp(left, table[i].out) != 0 || h.count != table[i].count)
				fail_msg("%zu in pieces of %zu: %zu bytes are left, %u were heard", i, step,
				         strlen(left),
				         h.count);
			if (h.count)
				assert_int_equal(h.colour[h.count - 1], table[i].colour);
		}
}

static void
what_is_the_programs_passes(void **state)
{
	struct heard h;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t step = 1; step <= strlen(table[i].in); step++) {
			assert_string_equal(left_of(table[i].in, step, &h, true), table[i].in);
			assert_int_equal(h.count, table[i].count);
		}
}

static void
numbers_are_known(void **state)
{
	struct heard h;

	(void)state;
	left_of("\033]12;rgb:3/3/3\007\033]10;rgb:1/1/1\007\033]11;rgb:2/2/2\007", 3, &h, false);
	assert_int_equal(h.count, 3);
	assert_true(h.n[0] == 2 && h.n[1] == 0 && h.n[2] == 1);
}

/* An ESC that was a key for all that was known: the rest of the answer goes all the same. */
static void
a_late_rest_is_taken_out(void **state)
{
	struct themereports r = { .len = 0 };
	struct heard h = { .count = 0 };
	unsigned char out[100];

	(void)state;
	assert_int_equal(themereports_filter(&r, (const unsigned char *)"a\033", 2, 100, hears, &h, out), 1);
	assert_int_equal(r.until, 100 + TERMREPORTS_KEY_MS);
	assert_int_equal(themereports_release(&r, out), 1);
	assert_int_equal(out[0], 27);
	assert_int_equal(themereports_filter(&r, (const unsigned char *)"]11;rgb:1/", 10, 200, hears, &h, out), 0);
	assert_int_equal(r.until, 200 + TERMREPORTS_REST_MS);
	assert_int_equal(themereports_filter(&r, (const unsigned char *)"2/3\033\\x", 6, 300, hears, &h, out), 1);
	assert_int_equal(out[0], 'x');
	assert_int_equal(h.count, 1);
	/* Two keys, Escape and ], are two keys: the second one comes once. */
	assert_int_equal(themereports_filter(&r, (const unsigned char *)"\033", 1, 400, hears, &h, out), 0);
	assert_int_equal(themereports_release(&r, out), 1);
	assert_int_equal(themereports_filter(&r, (const unsigned char *)"]", 1, 500, hears, &h, out), 0);
	assert_int_equal(themereports_release(&r, out), 1);
	assert_int_equal(out[0], ']');
	assert_int_equal(themereports_filter(&r, (const unsigned char *)"]]", 2, 600, hears, &h, out), 2);
	assert_int_equal(h.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_taken_out),
		cmocka_unit_test(what_is_the_programs_passes),
		cmocka_unit_test(numbers_are_known),
		cmocka_unit_test(a_late_rest_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
