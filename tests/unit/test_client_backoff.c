/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "backoff.h"

static void
test_grows_and_is_bounded(void **state)
{
	struct backoff b;
	uint32_t wait = 0, wanted = BACKOFF_FIRST_MS;

	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++) {
		backoff_init(&b, seed);
		wanted = BACKOFF_FIRST_MS;
		for (int i = 0; i < 40; i++) {
			wait = backoff_attempt(&b);
			assert_uint_in_range(wait, BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
			assert_uint_in_range(wait, wanted - wanted / 4, wanted + wanted / 4 + 1);
			wanted = wanted * 2 < BACKOFF_MOST_MS ? wanted * 2 : BACKOFF_MOST_MS;
		}
	}
}

static void
test_seeds_differ(void **state)
{
	struct backoff a, b;
	unsigned same = 0;

	(void)state;
	backoff_init(&a, 1);
	backoff_init(&b, 99);
	for (int i = 0; i < 20; i++)
		same += backoff_attempt(&a) == backoff_attempt(&b);
	assert_true(same < 10);
	backoff_init(&a, 7);
	backoff_init(&b, 7);
	for (int i = 0; i < 20; i++)
		assert_int_equal(backoff_attempt(&a), backoff_attempt(&b));
}

static void
test_success_makes_it_short(void **state)
{
	struct backoff b;

	(void)state;
	backoff_init(&b, 3);
	for (int i = 0; i < 10; i++)
		backoff_attempt(&b);
	backoff_success(&b);
	assert_uint_in_range(backoff_attempt(&b), BACKOFF_FIRST_MS, 2 * BACKOFF_FIRST_MS);
}

/* However many of them: the waits are short, and one that counts after them begins with a short one too. */
static void
test_cheap_attempts(void **state)
{
	struct backoff b;
	uint32_t first, wait;

	(void)state;
	for (uint64_t seed = 0; seed < 500; seed++) {
		backoff_init(&b, seed);
		for (int i = 0; i < 40; i++) {
			first = backoff_attempt(&b);
			wait = backoff_cheap(&b);
			assert_uint_in_range(wait, BACKOFF_CHEAP_MS / 2, BACKOFF_CHEAP_MS);
			assert_true(i || first <= 2 * BACKOFF_FIRST_MS);
		}
		assert_uint_in_range(backoff_attempt(&b), BACKOFF_FIRST_MS, 5 * BACKOFF_FIRST_MS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_and_is_bounded),
		cmocka_unit_test(test_seeds_differ),
		cmocka_unit_test(test_success_makes_it_short),
		cmocka_unit_test(test_cheap_attempts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
