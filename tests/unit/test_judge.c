/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "judge.h"

#define ESTABLISHED 1
#define CLOSE_WAIT 8

/* A connection that has been quiet for a minute: everything that was sent is acknowledged. */
static const struct tcpinfo quiet = { .state = ESTABLISHED, .last_ack_ms = 60000, .last_sent_ms = 60000,
	                              .bytes_acked = 5000, .rtt_us = 30000 };

static void
at_the_first_look(void **state)
{
	struct tcpinfo i = quiet;

	(void)state;
	assert_int_equal(judge_first(&i), JUDGE_ASK);
	i.last_ack_ms = 100;
	assert_int_equal(judge_first(&i), JUDGE_ALIVE);
	/* What is under way now may never arrive, however young the last acknowledgement. */
	i.unacked = 1;
	i.send_queue = 100;
	assert_int_equal(judge_first(&i), JUDGE_WATCH);
	i.state = CLOSE_WAIT;
	assert_int_equal(judge_first(&i), JUDGE_DEAD);
}

static void
long_silence_behind_data(void **state)
{
	struct tcpinfo i = quiet;

	(void)state;
	i.unacked = 3;
	i.backoff = 1;
	assert_int_equal(judge_first(&i), JUDGE_WATCH);
	i.backoff = 2;
	assert_int_equal(judge_first(&i), JUDGE_DEAD);
	i.last_ack_ms = 1000;
	assert_int_equal(judge_first(&i), JUDGE_WATCH);
	i.backoff = 3;
	assert_int_equal(judge_first(&i), JUDGE_DEAD);
}

/* The kernel probes it again and again; each answer sets their number back, though not the doublings of the timer. */
static void
closed_window(void **state)
{
	struct tcpinfo i = quiet, first;

	(void)state;
	i.send_queue = i.not_sent = 5000;
	i.backoff = 6;
	assert_int_equal(judge_first(&i), JUDGE_WATCH);
	/* Of two within half a second only one is answered. */
	i.probes = 1;
	assert_int_equal(judge_first(&i), JUDGE_WATCH);
	i.probes = 2;
	assert_int_equal(judge_first(&i), JUDGE_DEAD);
	i.last_ack_ms = 700;
	assert_int_equal(judge_first(&i), JUDGE_WATCH);
	first = i;
	i.last_ack_ms = 1700;
	assert_int_equal(judge_later(&first, &i, 1000, true), JUDGE_WATCH);
	i.probes = 3;
	assert_int_equal(judge_first(&i), JUDGE_DEAD);
	i.last_sent_ms = 100;
	assert_int_equal(judge_later(&first, &i, 1000, true), JUDGE_WATCH);
	i.last_sent_ms = 300;
	assert_int_equal(judge_later(&first, &i, 1000, false), JUDGE_DEAD);
	/* Answered. */
	i.last_ack_ms = 100;
	i.probes = 0;
	assert_int_equal(judge_later(&first, &i, 1000, true), JUDGE_ALIVE);
	first.probes = 0;
	i.last_ack_ms = 1700;
	i.probes = 1;
	assert_int_equal(judge_later(&first, &i, 1000, true), JUDGE_WATCH);
}

static void
an_answer(void **state)
{
	struct tcpinfo i = quiet;

	(void)state;
	assert_int_equal(judge_later(&quiet, &i, 40, false), JUDGE_WATCH);
	i.last_ack_ms += 40;
	i.unacked = 1;
	assert_int_equal(judge_later(&quiet, &i, 40, false), JUDGE_WATCH);
	i.bytes_acked++;
	assert_int_equal(judge_later(&quiet, &i, 40, false), JUDGE_ALIVE);
	/* A probe of a closed window was answered, and nothing that counts as bytes. */
	i = quiet;
	i.last_ack_ms = 30;
	assert_int_equal(judge_later(&quiet, &i, 200, false), JUDGE_ALIVE);
	/* The clock of these milliseconds is coarse. */
	i.last_ack_ms = 190;
	assert_int_equal(judge_later(&quiet, &i, 200, false), JUDGE_WATCH);
	i.state = CLOSE_WAIT;
	assert_int_equal(judge_later(&quiet, &i, 200, false), JUDGE_DEAD);
}

static void
no_answer(void **state)
{
	struct tcpinfo i = quiet;

	(void)state;
	i.last_ack_ms = 61000;
	i.unacked = 1;
	i.last_sent_ms = 500;
	assert_int_equal(judge_later(&quiet, &i, 1000, true), JUDGE_WATCH);
	i.backoff = 1;
	assert_int_equal(judge_later(&quiet, &i, 1000, false), JUDGE_WATCH);
	assert_int_equal(judge_later(&quiet, &i, 1000, true), JUDGE_DEAD);
	/* The repetition has had no time yet. */
	i.rtt_us = 300000;
	assert_int_equal(judge_later(&quiet, &i, 1000, true), JUDGE_WATCH);
	i.backoff = 2;
	assert_int_equal(judge_later(&quiet, &i, 1000, false), JUDGE_DEAD);
	i.unacked = 0;
	assert_int_equal(judge_later(&quiet, &i, 1000, true), JUDGE_WATCH);
}

/* It was sent again while the link was down; it is up again, and nothing has been sent since. */
static void
old_evidence(void **state)
{
	struct tcpinfo first = quiet, i;

	(void)state;
	first.unacked = 1;
	first.backoff = 2;
	first.last_ack_ms = 2000;
	assert_int_equal(judge_first(&first), JUDGE_WATCH);
	i = first;
	i.last_ack_ms = 3000;
	i.last_sent_ms = 1500;
	assert_int_equal(judge_later(&first, &i, 1000, true), JUDGE_WATCH);
	i.backoff = 3;
	i.last_sent_ms = 300;
	assert_int_equal(judge_later(&first, &i, 1000, false), JUDGE_WATCH);
	assert_int_equal(judge_later(&first, &i, 1000, true), JUDGE_DEAD);
	i.backoff = 4;
	assert_int_equal(judge_later(&first, &i, 1000, false), JUDGE_DEAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_the_first_look),
		cmocka_unit_test(long_silence_behind_data),
		cmocka_unit_test(closed_window),
		cmocka_unit_test(an_answer),
		cmocka_unit_test(no_answer),
		cmocka_unit_test(old_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
