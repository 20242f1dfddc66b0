/* SPDX-License-Identifier: MIT */
/* When a keeper says that input was taken (taken.h), by a clock that is made up. */
#include "unit.h"

#include "clock.h"
#include "taken.h"

#define Q TAKEN_QUIET_MS

static struct taken t;
static struct taken_look l;

/* A prompt: raw, all is read, nothing is on the way. */
static int
begin(void **state)
{
	(void)state;
	taken_begin(&t);
	l = (struct taken_look){ .head = 1000 };
	return 0;
}

static void
nothing_is_said_of_nothing(void **state)
{
	(void)state;
	taken_stirred(&t, 5);
	assert_false(taken_wants_look(&t, 1000000));
	assert_int_equal(taken_judge(&t, &l, 1000000), TAKEN_NOT);
	assert_true(t.due == CLOCK_NEVER);
}

static void
quiet_is_assumed_to_be_the_end(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	assert_true(taken_wants_look(&t, 100));
	assert_int_equal(taken_judge(&t, &l, 100), TAKEN_NOT);
	assert_false(taken_wants_look(&t, 100 + Q - 1));
	/* The echo, in two pieces, and a read of more input in between. */
	taken_stirred(&t, 102);
	taken_stirred(&t, 100 + Q);
	assert_false(taken_wants_look(&t, 100 + 2 * Q - 1));
	assert_true(taken_wants_look(&t, 100 + 2 * Q));
	assert_int_equal(taken_judge(&t, &l, 100 + 2 * Q), TAKEN_ASSUMED);
	assert_true(t.due == CLOCK_NEVER && !t.waits);
	assert_int_equal(taken_judge(&t, &l, 1000000), TAKEN_NOT);
}

static void
each_key_begins_anew(void **state)
{
	(void)state;
	for (uint64_t now = 0; now < 100 * (Q - 1); now += Q - 1) {
		taken_fed(&t, now);
		assert_int_equal(taken_judge(&t, &l, now), TAKEN_NOT);
	}
}

static void
unread_input_is_not_taken(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.unread = l.readable = true;
	assert_int_equal(taken_judge(&t, &l, 100 + Q), TAKEN_NOT);
	/* No clock: nothing wakes up until there is something new. */
	assert_true(t.due == CLOCK_NEVER && t.waits);
	assert_false(taken_wants_look(&t, 1000000));
	/* Output alone is none. */
	taken_stirred(&t, 5000);
	assert_int_equal(taken_judge(&t, &l, 5000 + Q), TAKEN_NOT);
	assert_true(t.due == CLOCK_NEVER);
	l.unread = l.readable = false;
	taken_stirred(&t, 6000);
	assert_int_equal(taken_judge(&t, &l, 6000 + Q - 1), TAKEN_NOT);
	assert_int_equal(taken_judge(&t, &l, 6000 + Q), TAKEN_ASSUMED);
}

static void
output_on_its_way_is_waited_for(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.output_waits = true;
	assert_int_equal(taken_judge(&t, &l, 100 + Q), TAKEN_NOT);
	assert_true(t.due == 100 + 2 * Q);
	l.output_waits = false;
	assert_int_equal(taken_judge(&t, &l, t.due), TAKEN_ASSUMED);
}

/* Nobody takes it: nothing wakes up until somebody does. */
static void
output_that_is_not_read_has_no_clock(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.output_waits = l.left = true;
	assert_int_equal(taken_judge(&t, &l, 100 + Q), TAKEN_NOT);
	assert_true(t.due == CLOCK_NEVER && t.waits);
	assert_false(taken_wants_look(&t, 1000000));
	l.output_waits = l.left = false;
	taken_stirred(&t, 5000);
	assert_int_equal(taken_judge(&t, &l, 5000 + Q), TAKEN_ASSUMED);
}

static void
a_program_at_work_has_that_time_twice(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.busy = true;
	assert_int_equal(taken_judge(&t, &l, 100 + Q), TAKEN_NOT);
	assert_true(t.due == 100 + 2 * Q);
	assert_int_equal(taken_judge(&t, &l, 100 + 2 * Q), TAKEN_ASSUMED);
	/* After output it has it again. */
	taken_fed(&t, 1000);
	assert_int_equal(taken_judge(&t, &l, 1000 + Q), TAKEN_NOT);
	taken_stirred(&t, 1000 + Q + 1);
	assert_int_equal(taken_judge(&t, &l, 1000 + 2 * Q + 1), TAKEN_NOT);
	assert_int_equal(taken_judge(&t, &l, 1000 + 3 * Q + 1), TAKEN_ASSUMED);
}

static void
an_echo_of_the_kernel_is_certain(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.canonical = l.output_waits = true;
	assert_int_equal(taken_judge(&t, &l, 100), TAKEN_NOT);
	/* As soon as the echo has been read, and at no other time. */
	assert_true(taken_wants_look(&t, 100));
	l.output_waits = false;
	l.head += 1;
	assert_int_equal(taken_judge(&t, &l, 101), TAKEN_CERTAIN);
	assert_true(t.due == CLOCK_NEVER);
	/* A key without an echo: at once. */
	taken_fed(&t, 200);
	assert_int_equal(taken_judge(&t, &l, 200), TAKEN_CERTAIN);
}

static void
an_echo_in_a_flood_has_an_end(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.canonical = l.output_waits = true;
	assert_int_equal(taken_judge(&t, &l, 100), TAKEN_NOT);
	l.head += TAKEN_PTY_HOLDS - 1;
	taken_stirred(&t, 110);
	assert_int_equal(taken_judge(&t, &l, 110), TAKEN_NOT);
	l.head++;
	assert_int_equal(taken_judge(&t, &l, 110), TAKEN_CERTAIN);
}

/* The kernel keeps an echo back for which there is no room. */
static void
a_full_pty_is_not_certain(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.canonical = l.output_waits = l.crowded = true;
	assert_int_equal(taken_judge(&t, &l, 100), TAKEN_NOT);
	l.output_waits = l.crowded = false;
	l.head += TAKEN_PTY_HOLDS;
	taken_stirred(&t, 110);
	assert_false(taken_wants_look(&t, 110));
	assert_int_equal(taken_judge(&t, &l, 110 + Q), TAKEN_CERTAIN);
}

static void
what_is_behind_a_whole_line_is_not_certain(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	l.canonical = l.readable = l.unread = true;
	assert_int_equal(taken_judge(&t, &l, 100), TAKEN_NOT);
	/* The kernel has echoed long ago, though the program does not read. */
	assert_int_equal(taken_judge(&t, &l, 100 + Q), TAKEN_ASSUMED);
	/* The program reads: the kernel is made to look. */
	taken_fed(&t, 200);
	assert_int_equal(taken_judge(&t, &l, 200), TAKEN_NOT);
	l.readable = l.unread = false;
	taken_stirred(&t, 205);
	assert_int_equal(taken_judge(&t, &l, 205 + Q), TAKEN_CERTAIN);
}

static void
a_change_of_modes_is_not_certain(void **state)
{
	(void)state;
	taken_fed(&t, 100);
	assert_int_equal(taken_judge(&t, &l, 100), TAKEN_NOT);
	/* What came while the terminal was raw, canonical mode has not echoed. */
	l.canonical = true;
	assert_int_equal(taken_judge(&t, &l, 101), TAKEN_NOT);
	assert_int_equal(taken_judge(&t, &l, 100 + Q), TAKEN_ASSUMED);
}

/* Input that is assumed to be taken at NOW, after a time of QUIET ms and no less; where it ends. */
static uint64_t
assumed_after(uint64_t now, unsigned quiet)
{
	taken_fed(&t, now);
	assert_int_equal(taken_judge(&t, &l, now), TAKEN_NOT);
	assert_true(t.due == now + quiet);
	assert_int_equal(taken_judge(&t, &l, now + quiet - 1), TAKEN_NOT);
	assert_int_equal(taken_judge(&t, &l, now + quiet), TAKEN_ASSUMED);
	return now + quiet;
}

static void
a_slow_host_has_longer(void **state)
{
	uint64_t now;

	(void)state;
	now = assumed_after(100, Q);
	/* Late output is the program's own, or nobody's. */
	taken_stirred(&t, now + TAKEN_SOON_MS + 1);
	now = assumed_after(1000, Q);
	taken_stirred(&t, now + TAKEN_SOON_MS);
	for (int i = 0; i < TAKEN_SLOW_TIMES; i++)
		now = assumed_after(now + 1000, 2 * Q);
	now = assumed_after(now + 1000, Q);
	/* Output that more input comes before may be that input's. */
	taken_fed(&t, now + 1);
	taken_stirred(&t, now + 2);
	assert_true(t.due == now + 2 + Q);
}

/* It may be slower than that; the time becomes no longer then, and shorter in the same steps. */
static void
a_slower_host_has_longer_still(void **state)
{
	uint64_t now = 100;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		now = assumed_after(now + 1000, i < TAKEN_SLOWER ? Q * (1 + i) : Q * (1 + TAKEN_SLOWER));
		taken_stirred(&t, now + 10);
	}
	for (unsigned slower = TAKEN_SLOWER; slower > 0; slower--)
		for (int i = 0; i < TAKEN_SLOW_TIMES; i++)
			now = assumed_after(now + 1000, Q * (1 + slower));
	assumed_after(now + 1000, Q);
}

/* A slow one stays slow, and a certain end says nothing of it. */
static void
a_slow_host_stays_slow(void **state)
{
	uint64_t now;

	(void)state;
	now = assumed_after(100, Q);
	taken_stirred(&t, now + 1);
	for (int i = 0; i < 3 * TAKEN_SLOW_TIMES; i++) {
		now = assumed_after(now + 1000, i < 20 ? 2 * Q : 3 * Q);
		if (i % 20 == 19)
			taken_stirred(&t, now + 10);
		taken_fed(&t, now + 500);
		l.canonical = true;
		assert_int_equal(taken_judge(&t, &l, now + 500), TAKEN_CERTAIN);
		taken_stirred(&t, now + 501);
		l.canonical = false;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_said_of_nothing, begin),
		cmocka_unit_test_setup(quiet_is_assumed_to_be_the_end, begin),
		cmocka_unit_test_setup(each_key_begins_anew, begin),
		cmocka_unit_test_setup(unread_input_is_not_taken, begin),
		cmocka_unit_test_setup(output_on_its_way_is_waited_for, begin),
		cmocka_unit_test_setup(output_that_is_not_read_has_no_clock, begin),
		cmocka_unit_test_setup(a_program_at_work_has_that_time_twice, begin),
		cmocka_unit_test_setup(an_echo_of_the_kernel_is_certain, begin),
		cmocka_unit_test_setup(an_echo_in_a_flood_has_an_end, begin),
		cmocka_unit_test_setup(a_full_pty_is_not_certain, begin),
		cmocka_unit_test_setup(what_is_behind_a_whole_line_is_not_certain, begin),
		cmocka_unit_test_setup(a_change_of_modes_is_not_certain, begin),
		cmocka_unit_test_setup(a_slow_host_has_longer, begin),
		cmocka_unit_test_setup(a_slower_host_has_longer_still, begin),
		cmocka_unit_test_setup(a_slow_host_stays_slow, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
