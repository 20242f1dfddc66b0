/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "identity.h"
#include "ticket.h"

static const char digits[] = "00ff0123456789abcdef102030405060";

static void
text_and_back(void **state)
{
	struct ticket t;
	char text[TICKET_TEXT];

	(void)state;
	assert_int_equal(ticket_parse(&t, digits), 0);
	assert_int_equal(t.bytes[0], 0x00);
	assert_int_equal(t.bytes[1], 0xff);
	assert_int_equal(t.bytes[2], 0x01);
	assert_int_equal(t.bytes[15], 0x60);
	ticket_format(&t, text);
	assert_string_equal(text, digits);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const wrong[] = {
		NULL, "", "0", "00ff0123456789abcdef10203040506", "00ff0123456789abcdef1020304050600",
		"00FF0123456789abcdef102030405060", "00ff0123456789abcdef10203040506g",
		"../f0123456789abcdef102030405060", " 0ff0123456789abcdef102030405060",
		"00ff0123456789abcdef10203040506\n", "0x000123456789abcdef102030405060",
	};
	struct ticket t, before;

	(void)state;
	memset(&before, 0x5a, sizeof before);
	t = before;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(ticket_parse(&t, wrong[i]), -EINVAL);
		assert_memory_equal(&t, &before, sizeof t);
	}
}

static void
zero_is_none(void **state)
{
	struct ticket t = {{0}};

	(void)state;
	assert_true(ticket_is_none(&t));
	t.bytes[TICKET_BYTES - 1] = 1;
	assert_false(ticket_is_none(&t));
}

static void
made_ones_differ(void **state)
{
	struct ticket a = {{0}}, b = {{0}};

	(void)state;
	assert_int_equal(ticket_make(&a), 0);
	assert_int_equal(ticket_make(&b), 0);
	assert_false(ticket_is_none(&a));
	assert_memory_not_equal(&a, &b, sizeof a);
}

static void
identities(void **state)
{
	struct identity a = {{0}}, b = {{0}};

	(void)state;
	/* Unknown is equal to nothing. */
	assert_false(identity_equal(&a, &a));
	assert_false(identity_equal(&a, &b));
	a.bytes[IDENTITY_BYTES - 1] = 1;
	assert_true(identity_equal(&a, &a));
	assert_false(identity_equal(&a, &b));
	assert_false(identity_equal(&b, &a));
	b = a;
	assert_true(identity_equal(&a, &b));
	b.bytes[0] ^= 0x80;
	assert_false(identity_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_back),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(zero_is_none),
		cmocka_unit_test(made_ones_differ),
		cmocka_unit_test(identities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
