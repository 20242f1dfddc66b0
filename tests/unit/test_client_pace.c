/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "link_pace.h"

#define START 1000000u

/* RATE bytes a millisecond for MS of them, from NOW on. */
static uint64_t
flow(struct link_pace *p, uint64_t now, unsigned ms, size_t rate)
{
	for (; ms; ms--) {
		link_pace_came(p, rate);
		link_pace_enough(p, ++now, true);
	}
	return now;
}

static void
test_slow_line(void **state)
{
	struct link_pace p = { 0 };
	uint64_t now;

	(void)state;
	assert_int_equal(link_pace_enough(&p, START, true), LINK_PACE_SOME);
	assert_int_equal(link_pace_enough(&p, START, false), LINK_PACE_BULK);
	now = flow(&p, START, 500, 100);
	assert_int_equal(link_pace_enough(&p, now, true), LINK_PACE_SOME);
	assert_int_equal(link_pace_enough(&p, now, false), LINK_PACE_BULK);
}

static void
test_follows_the_rate(void **state)
{
	struct link_pace p = { 0 };
	uint64_t now = flow(&p, START, 100, 2000);

	(void)state;
	assert_int_equal(link_pace_enough(&p, now, true), 8 * 2000);
	assert_int_equal(link_pace_enough(&p, now, false), LINK_PACE_BULK);
	now = flow(&p, now, 100, 10000);
	assert_int_equal(link_pace_enough(&p, now, true), 8 * 10000);
	assert_int_equal(link_pace_enough(&p, now, false), 8 * 10000);
	now = flow(&p, now, 100, 1000000);
	assert_int_equal(link_pace_enough(&p, now, true), LINK_PACE_MOST);
	now = flow(&p, now, 100, 1000);
	assert_int_equal(link_pace_enough(&p, now, true), 8 * 1000);
}

/* After a silence the host's window may be small again. */
static void
test_forgets(void **state)
{
	struct link_pace p = { 0 };
	uint64_t now = flow(&p, START, 100, 100000);

	(void)state;
	assert_int_equal(link_pace_enough(&p, now, true), LINK_PACE_MOST);
	link_pace_came(&p, 10000000);
	assert_int_equal(link_pace_enough(&p, now + 1000, true), LINK_PACE_SOME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_line),
		cmocka_unit_test(test_follows_the_rate),
		cmocka_unit_test(test_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
