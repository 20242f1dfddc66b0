/* SPDX-License-Identifier: MIT */
/* On which lines keys are shown early (when.h), and how slow a line is (link_rtt.h). */
#include "unit.h"

#include "link_rtt.h"
#include "when.h"

#define START 1000000u

static void
test_hysteresis(void **state)
{
	static const struct { uint32_t rtt; bool shows, underlines; } steps[] = {
		{ 0, false, false }, { 5, false, false }, { 29, false, false }, { 30, true, false },
		{ 25, true, false }, { 79, true, false }, { 80, true, true }, { 60, true, true }, { 49, true, false },
		{ 25, true, false }, { 24, false, false }, { 29, false, false }, { 100, true, true },
		{ 3, false, false },
	};
	struct when w = { .always = false };

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct when_line l = { .rtt = steps[i].rtt };

		when_look(&w, &l, START);
		assert_int_equal(when_shows(&w, &l, START), steps[i].shows);
		assert_int_equal(when_follows(&w, START), steps[i].shows);
		assert_int_equal(when_underlines(&w, &l, START), steps[i].underlines);
		assert_true(when_due(&w, &l, START) == UINT64_MAX);
	}
}

static void
test_always(void **state)
{
	struct when w = { .always = true };
	struct when_line l = { .rtt = 1 };

	(void)state;
	when_look(&w, &l, START);
	assert_true(when_follows(&w, START));
	assert_true(when_shows(&w, &l, START));
	assert_false(when_underlines(&w, &l, START));
}

/* A fast line, whose host answers no more. */
static void
test_owed(void **state)
{
	struct when w = { .always = false };
	struct when_line l = { .rtt = 2, .owed = START };

	(void)state;
	when_look(&w, &l, START + WHEN_SHOWN_MS - 1);
	assert_false(when_follows(&w, START + WHEN_SHOWN_MS - 1));
	assert_false(when_shows(&w, &l, START + WHEN_SHOWN_MS - 1));
	assert_true(when_due(&w, &l, START) == START + WHEN_SHOWN_MS);
	when_look(&w, &l, START + WHEN_SHOWN_MS);
	assert_true(when_follows(&w, START + WHEN_SHOWN_MS));
	assert_true(when_shows(&w, &l, START + WHEN_SHOWN_MS));
	assert_false(when_underlines(&w, &l, START + WHEN_SHOWN_MS));
	assert_true(when_due(&w, &l, START + WHEN_SHOWN_MS) == START + WHEN_UNDERLINED_MS);
	assert_true(when_underlines(&w, &l, START + WHEN_UNDERLINED_MS));
	assert_true(when_due(&w, &l, START + WHEN_UNDERLINED_MS) == UINT64_MAX);
	/* It answers: the next time is to be seen at once. */
	l.owed = 0;
	when_look(&w, &l, START + 200);
	assert_false(when_shows(&w, &l, START + 200));
	assert_true(when_follows(&w, START + 200));
	assert_true(when_follows(&w, START + WHEN_SHOWN_MS + WHEN_KEPT_MS - 1));
	assert_false(when_follows(&w, START + WHEN_SHOWN_MS + WHEN_KEPT_MS));
	w.noted = true;
	assert_true(when_follows(&w, START + WHEN_SHOWN_MS + WHEN_NOTED_MS - 1));
	assert_false(when_follows(&w, START + WHEN_SHOWN_MS + WHEN_NOTED_MS));
}

static void
test_away(void **state)
{
	struct when w = { .always = false };
	struct when_line l = { .rtt = 2, .away = true };

	(void)state;
	when_look(&w, &l, START);
	assert_true(when_shows(&w, &l, START));
	assert_true(when_underlines(&w, &l, START));
	assert_true(when_due(&w, &l, START) == UINT64_MAX);
}

static void
test_round_trip(void **state)
{
	struct link_rtt r = { .smoothed = 0 };

	(void)state;
	link_rtt_acked(&r, 10, START);
	assert_int_equal(r.smoothed, 0);
	link_rtt_sent(&r, 1, START);
	link_rtt_sent(&r, 2, START + 100);
	link_rtt_acked(&r, 0, START + 150);
	assert_int_equal(r.smoothed, 0);
	assert_true(r.sent == START);
	/* The first is measured; the second is owed still. */
	link_rtt_acked(&r, 1, START + 200);
	assert_int_equal(r.smoothed, 200);
	assert_true(r.sent == START + 100);
	link_rtt_acked(&r, 2, START + 300);
	assert_int_equal(r.smoothed, 200);
	assert_true(r.sent == 0);
	for (unsigned i = 3; i < 40; i++) {
		link_rtt_sent(&r, i, START + i * 1000);
		link_rtt_acked(&r, i, START + i * 1000);
	}
	assert_in_range(r.smoothed, 1, 5);
}

/* A line of 20 ms, whose first answer is late because the session has just begun, and one of whose later ones is. */
static void
test_busy_host(void **state)
{
	struct link_rtt r = { .smoothed = 0 };
	struct when w = { .always = false };
	unsigned shown = 0;

	(void)state;
	link_rtt_sample(&r, 70);
	for (unsigned i = 0; i < 60; i++) {
		struct when_line l = { .rtt = r.smoothed };

		when_look(&w, &l, START);
		shown += when_shows(&w, &l, START);
		link_rtt_sample(&r, i % 10 ? 23 : 45);
	}
	assert_in_range(shown, 1, 6);
	/* Over one of 30 ms keys are shown all the time. */
	r = (struct link_rtt){ .smoothed = 0 };
	w = (struct when){ .always = false };
	for (unsigned i = 0; i < 60; i++) {
		struct when_line l = { .rtt = r.smoothed };

		link_rtt_sample(&r, 31 + i % 2);
		l.rtt = r.smoothed;
		when_look(&w, &l, START);
		assert_true(when_shows(&w, &l, START));
	}
}

/* Neither a cut nor a sleep of this machine is measured. */
static void
test_cut(void **state)
{
	struct link_rtt r = { .smoothed = 7 };

	(void)state;
	link_rtt_sent(&r, 1, START);
	link_rtt_cut(&r);
	assert_true(r.sent == 0);
	link_rtt_acked(&r, 1, START + 5000);
	assert_int_equal(r.smoothed, 7);
	link_rtt_sent(&r, 2, START);
	link_rtt_acked(&r, 2, START + 3600000);
	assert_int_equal(r.smoothed, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hysteresis), cmocka_unit_test(test_always), cmocka_unit_test(test_owed),
		cmocka_unit_test(test_away), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_busy_host),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
