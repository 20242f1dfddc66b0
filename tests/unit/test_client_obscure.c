/* SPDX-License-Identifier: MIT */
/* obscure: what the line shows of typing: the same every interval, whether a key was typed or not. */
#include "unit.h"

#include "obscure.h"

static void
off(void **state)
{
	struct obscure o = { .interval = 0 };

	(void)state;
	assert_int_equal(obscure_turn(&o, 1000, 1, 7), OBSCURE_SEND);
	assert_int_equal(obscure_turn(&o, 1001, 1, 7), OBSCURE_SEND);
	assert_true(obscure_due(&o) == UINT64_MAX);
}

static void
on_a_grid(void **state)
{
	struct obscure o = { .interval = 20 };
	unsigned sent = 0, chaff = 0, keys = 1;
	uint64_t last = 1000, now;

	(void)state;
	assert_int_equal(obscure_turn(&o, 1000, 0, 0), OBSCURE_SEND);
	assert_true(obscure_due(&o) == UINT64_MAX);
	assert_int_equal(obscure_turn(&o, 1000, 1, 0), OBSCURE_SEND);
	for (now = 1001; obscure_due(&o) != UINT64_MAX; now++) {
		/* keys at odd times, until 1500 */
		keys += now < 1500 && now % 37 == 0;
		enum obscure_now what = obscure_turn(&o, now, keys > sent + 1, 4 * (uint32_t)now);

		if (what == OBSCURE_HOLD)
			continue;
		if (obscure_due(&o) == UINT64_MAX)
			break;
		assert_true(now - last >= 18 && now - last <= 22);
		last = now;
		sent += what == OBSCURE_SEND;
		chaff += what == OBSCURE_CHAFF;
		assert_true(now < 5000);
	}
	assert_int_equal(sent + 1, keys);
	assert_true(chaff > OBSCURE_CHAFF_MS / 22);
	assert_true(now >= 1480 + OBSCURE_CHAFF_MS && now <= 1520 + OBSCURE_CHAFF_MS + OBSCURE_SPAN_MS + 22);
	/* and it begins anew */
	assert_int_equal(obscure_turn(&o, 9000, 1, 0), OBSCURE_SEND);
	assert_int_equal(obscure_turn(&o, 9001, 1, 0), OBSCURE_HOLD);
}

/* A paste is not typed: it goes as fast as it can. */
static void
paste(void **state)
{
	struct obscure o = { .interval = 20 };

	(void)state;
	assert_int_equal(obscure_turn(&o, 1000, 1, 0), OBSCURE_SEND);
	assert_int_equal(obscure_turn(&o, 1001, OBSCURE_KEYS, 0), OBSCURE_HOLD);
	assert_int_equal(obscure_turn(&o, 1002, OBSCURE_KEYS + 1, 0), OBSCURE_SEND);
	assert_true(obscure_due(&o) == UINT64_MAX);
}

/* Whatever the interval and the random number are, the next turn is ahead. */
static void
goes_on(void **state)
{
	(void)state;
	for (unsigned interval = 1; interval < 50; interval++)
		for (uint32_t random = 0; random < 50; random++) {
			struct obscure o = { .interval = interval };

			assert_int_equal(obscure_turn(&o, 1000, 1, random), OBSCURE_SEND);
			assert_true(obscure_due(&o) > 1000 && obscure_due(&o) <= 1001 + interval + interval / 10);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off), cmocka_unit_test(on_a_grid), cmocka_unit_test(paste), cmocka_unit_test(goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
