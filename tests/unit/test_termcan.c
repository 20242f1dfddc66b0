/* SPDX-License-Identifier: MIT */
/* The abilities of a terminal as bytes and as text. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "termcan.h"

static const struct termcan known = { .can = UINT64_C(0x8000000000000001), .colours = TERMCAN_DIRECT,
	                              .upper = { [0] = 0x20ac, [1] = 1, [127] = 0xffff } };

static void
bytes_come_through(void **state)
{
	unsigned char bytes[TERMCAN_BYTES];
	struct termcan got;

	(void)state;
	termcan_put(&known, bytes);
	memset(&got, 0xaa, sizeof got);
	termcan_get(&got, bytes);
	assert_true(got.can == known.can && got.colours == known.colours);
	assert_memory_equal(got.upper, known.upper, sizeof known.upper);
}

static void
text_comes_through(void **state)
{
	char text[TERMCAN_TEXT];
	struct termcan got = { .can = 0 };

	(void)state;
	termcan_print(&known, text);
	assert_int_equal(strlen(text), 16 + 1 + 8 + 1 + 4 * TERMCAN_UPPER);
	assert_int_equal(termcan_parse(&got, text), 0);
	assert_true(got.can == known.can && got.colours == known.colours);
	assert_memory_equal(got.upper, known.upper, sizeof known.upper);
}

/* Every shorter text, every longer one, and every text with a strange byte is refused, and leaves no trace. */
static void
other_text_is_refused(void **state)
{
	char text[TERMCAN_TEXT], other[TERMCAN_TEXT + 2];
	struct termcan got = { .can = 7 };
	size_t len;

	(void)state;
	termcan_print(&known, text);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		snprintf(other, sizeof other, "%.*s", (int)i, text);
		assert_int_equal(termcan_parse(&got, other), -EBADMSG);
		snprintf(other, sizeof other, "%s", text);
		other[i] = 'g';
		assert_int_equal(termcan_parse(&got, other), -EBADMSG);
	}
	snprintf(other, sizeof other, "%s0", text);
	assert_int_equal(termcan_parse(&got, other), -EBADMSG);
	assert_int_equal(termcan_parse(&got, "1 16777217 "), -EBADMSG);
	assert_int_equal(termcan_parse(&got, "11111111111111111 8 "), -EBADMSG);
	assert_true(got.can == 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_through),
		cmocka_unit_test(text_comes_through),
		cmocka_unit_test(other_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
