/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "choose.h"

static const struct identity me = { { 1 } }, other = { { 2 } }, unknown = { { 0 } };

static struct attach_status
session(uint32_t id, enum attach_state state, uint64_t changed, const struct identity *who)
{
	return (struct attach_status){ .id = id, .state = state, .changed_ms = changed, .identity = *who };
}

static void
most_recently_dropped_of_the_same_identity(void **state)
{
	struct attach_status v[] = {
		session(1, ATTACH_DROPPED, 10, &me),   session(2, ATTACH_ATTACHED, 99, &me),
		session(3, ATTACH_DROPPED, 30, &me),   session(4, ATTACH_DROPPED, 40, &other),
		session(5, ATTACH_CLAIMING, 50, &me),  session(6, ATTACH_ENDING, 60, &me),
		session(7, ATTACH_DROPPED, 70, &unknown), session(8, ATTACH_NEW, 80, &me),
	};
	struct session_list list = { v, 8, 0 };

	(void)state;
	assert_int_equal(choose_candidates(&list, &me, true), 2);
	assert_int_equal(v[0].id, 3);
	assert_int_equal(v[1].id, 1);
}

static void
an_unknown_identity_resumes_nothing(void **state)
{
	struct attach_status v[] = { session(1, ATTACH_DROPPED, 10, &unknown) };
	struct session_list list = { v, 1, 0 };

	(void)state;
	assert_int_equal(choose_candidates(&list, &unknown, true), 0);
}

/* Nobody was there to say who we are: the keepers, asked one by one, say no to the wrong ones. */
static void
without_an_identity_the_keepers_decide(void **state)
{
	struct attach_status v[] = { session(1, ATTACH_DROPPED, 10, &me), session(2, ATTACH_DROPPED, 20, &other) };
	struct session_list list = { v, 2, 0 };

	(void)state;
	assert_int_equal(choose_candidates(&list, &unknown, false), 2);
	assert_int_equal(v[0].id, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_recently_dropped_of_the_same_identity),
		cmocka_unit_test(an_unknown_identity_resumes_nothing),
		cmocka_unit_test(without_an_identity_the_keepers_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
