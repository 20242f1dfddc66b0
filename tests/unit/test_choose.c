/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>

#include "choose.h"

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NOW (1000 * DAY)

static const struct identity me = { { 1 } }, other = { { 2 } }, unknown = { { 0 } };

/* A session of mine in a window of 24x80 xterm, in which somebody typed USED ms ago, dropped LOST ms ago. */
static struct attach_status
dropped(uint32_t id, uint64_t used, uint64_t lost)
{
	return (struct attach_status){ .id = id, .state = ATTACH_STATE_DROPPED, .changed_ms = NOW - lost,
		                       .identity = me,
		                       .activity_ms = NOW - used, .lost_ms = NOW - lost, .lost_heard_ms = NOW - used,
		                       .lost_used_ms = NOW - used, .rows = 24, .cols = 80, .term = "xterm" };
}

/* The same, attached, and proven dead by now: it was heard last HEARD ms ago. */
static struct attach_status
stale(uint32_t id, uint64_t used, uint64_t heard)
{
	struct attach_status s = dropped(id, used, heard);

	s.state = ATTACH_STATE_STALE;
	s.lost_ms = 0;
	s.lost_heard_ms = NOW - heard;
	return s;
}

static struct attach_status
sized(struct attach_status s, uint32_t rows, uint32_t cols, const char *term)
{
	s.rows = rows;
	s.cols = cols;
	snprintf(s.term, sizeof s.term, "%s", term);
	return s;
}

static struct choose_login
login_of(const struct identity *who, uint32_t rows, uint32_t cols, const char *term)
{
	return (struct choose_login){ .who = who, .who_known = true, .rows = rows, .cols = cols, .term = term,
		                      .now_ms = NOW };
}

/* What a login of that size gets when all come one after the other: the ids in that order. */
static void
expect(const struct attach_status *v, size_t count, const struct choose_login *login, const char *ids)
{
	struct attach_status copy[16];
	struct session_list list = { .v = copy, .count = count };
	char text[128] = "";
	int n;

	memcpy(copy, v, count * sizeof *v);
	n = choose_candidates(&list, login);
	assert_true(n >= 0);
	for (int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i ? " " : "", copy[i].id);
	assert_string_equal(text, ids);
}

#define EXPECT(v, login, ids) expect(v, sizeof (v) / sizeof *(v), login, ids)

static void
latest_activity_of_the_same_identity(void **state)
{
	const struct choose_login l = login_of(&me, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, 3 * HOUR, HOUR), dropped(2, 2 * HOUR, 2 * HOUR), dropped(3, DAY, DAY),
		                     dropped(4, MINUTE, MINUTE), dropped(5, MINUTE, MINUTE),
		                     dropped(6, MINUTE, MINUTE), dropped(7, MINUTE, MINUTE),
		                     dropped(8, MINUTE, MINUTE), dropped(9, MINUTE, MINUTE) };

	(void)state;
	v[3].identity = other;
	v[4].identity = unknown;
	v[5].state = ATTACH_STATE_ATTACHED;
	v[6].state = ATTACH_STATE_CLAIMING;
	v[7].state = ATTACH_STATE_ENDING;
	v[8].state = ATTACH_STATE_NEW;
	for (int i = 5; i < 9; i++)
		v[i].lost_ms = 0;
	EXPECT(v, &l, "2 1 3");
}

/* A program that goes on printing while nobody looks makes its session no newer. */
static void
what_runs_while_away_does_not_count(void **state)
{
	const struct choose_login l = login_of(&me, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, 7 * DAY, 7 * DAY), dropped(2, DAY, DAY) };

	(void)state;
	v[0].activity_ms = NOW;
	EXPECT(v, &l, "2 1");
}

static void
windows_of_one_outage_by_size_and_term(void **state)
{
	const struct attach_status v[] = {
		dropped(1, HOUR + 5 * SECOND, HOUR), sized(dropped(2, 3 * HOUR, HOUR - SECOND), 40, 120, "xterm"),
		sized(dropped(3, 2 * HOUR, HOUR + SECOND), 40, 120, "screen"),
		sized(dropped(4, 30 * HOUR, 30 * HOUR), 50, 50, "xterm"),
	};
	struct choose_login l = login_of(&me, 24, 80, "xterm");

	(void)state;
	EXPECT(v, &l, "1 3 2 4");
	l = login_of(&me, 40, 120, "xterm");
	EXPECT(v, &l, "2 3 1 4");
	l = login_of(&me, 40, 120, "screen");
	EXPECT(v, &l, "3 2 1 4");
	l = login_of(&me, 40, 120, "vt100");
	EXPECT(v, &l, "3 2 1 4");
	/* A window like that of another day's does not go before today's. */
	l = login_of(&me, 50, 50, "xterm");
	EXPECT(v, &l, "1 3 2 4");
}

/* sshd asks its connections one by one whether they are alive: it does not notice all at the same time. */
static void
noticed_one_after_the_other(void **state)
{
	const struct choose_login l = login_of(&me, 40, 120, "xterm");
	const struct attach_status v[] = { dropped(1, HOUR + 10 * SECOND, HOUR - 10 * SECOND),
		                           sized(dropped(2, 2 * HOUR, HOUR + 5 * SECOND), 40, 120, "xterm") };
	/* Closed on purpose, and then the other one was used for a minute. */
	const struct attach_status w[] = { dropped(1, HOUR, HOUR), sized(dropped(2, 2 * HOUR, HOUR + MINUTE), 40, 120,
		                                                             "xterm") };

	(void)state;
	EXPECT(v, &l, "2 1");
	EXPECT(w, &l, "1 2");
}

static void
stale_ones_rank_among_the_dropped(void **state)
{
	struct choose_login l = login_of(&me, 24, 80, "xterm");
	const struct attach_status v[] = { dropped(1, 2 * HOUR, HOUR), stale(2, 3 * HOUR, 3 * HOUR),
		                           sized(stale(3, 90 * MINUTE, 90 * MINUTE), 40, 120, "xterm"),
		                           sized(dropped(4, DAY, DAY), 40, 120, "xterm") };

	(void)state;
	/* 2 and 3 are of one outage with 1: nothing was heard of them after it was dropped. */
	EXPECT(v, &l, "1 2 3 4");
	l = login_of(&me, 40, 120, "xterm");
	EXPECT(v, &l, "3 1 2 4");
}

/* The tenth window after lunch: its nine sisters are back, and used. */
static void
the_last_window_of_an_outage(void **state)
{
	const struct choose_login l = login_of(&me, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, HOUR + SECOND, HOUR), dropped(2, 5 * HOUR, HOUR),
		                     dropped(3, 2 * HOUR, 2 * HOUR) };

	(void)state;
	EXPECT(v, &l, "1 2 3");
	v[0].state = ATTACH_STATE_ATTACHED;
	v[0].changed_ms = v[0].activity_ms = NOW - MINUTE;
	EXPECT(v, &l, "2 3");
	/* Much later that no longer counts. */
	v[0].changed_ms = NOW - 20 * MINUTE;
	EXPECT(v, &l, "3 2");
}

static void
an_unknown_identity_resumes_nothing(void **state)
{
	const struct choose_login l = login_of(&unknown, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, 10, 10) };

	(void)state;
	v[0].identity = unknown;
	EXPECT(v, &l, "");
}

/* Two names of one uid, and an account that was made anew. */
static void
anothers_session_is_passed_over(void **state)
{
	struct choose_login l = login_of(&me, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, 10, 10), dropped(2, 20, 20), dropped(3, 30, 30), dropped(4, 40, 40) };

	(void)state;
	l.user = "alice";
	l.home_born = 5000;
	l.former = &other;
	snprintf(v[0].user, sizeof v[0].user, "twin");
	snprintf(v[1].user, sizeof v[1].user, "alice");
	v[1].home_born = 4999;
	snprintf(v[2].user, sizeof v[2].user, "alice");
	v[2].home_born = 5000;
	/* from before there were names in it */
	v[3].identity = other;
	EXPECT(v, &l, "3 4");
	assert_true(choose_is_anothers(&v[0], &l));
	assert_true(choose_is_anothers(&v[1], &l));
	assert_false(choose_is_anothers(&v[2], &l));
	/* who is not known, and homes without a birth, are nobody's fault */
	l.user = "";
	v[1].home_born = 0;
	assert_false(choose_is_anothers(&v[0], &l));
	assert_false(choose_is_anothers(&v[1], &l));
}

static void
a_command_is_resumed_by_nobody(void **state)
{
	const struct choose_login l = login_of(&me, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, 3 * HOUR, HOUR), dropped(2, 2 * HOUR, HOUR) };

	(void)state;
	v[1].kind = ATTACH_KIND_COMMAND;
	EXPECT(v, &l, "1");
}

/* Nobody was there to say who we are: the keepers, asked one by one, say no to the wrong ones. */
static void
without_an_identity_the_keepers_decide(void **state)
{
	struct choose_login l = login_of(&unknown, 24, 80, "xterm");
	struct attach_status v[] = { dropped(1, HOUR, HOUR), dropped(2, MINUTE, MINUTE) };

	(void)state;
	l.who_known = false;
	v[1].identity = other;
	EXPECT(v, &l, "2 1");
}

static bool
wants_probe(struct attach_status *v, size_t count)
{
	const struct choose_login l = login_of(&me, 24, 80, "xterm");
	struct session_list list = { .v = v, .count = count };

	return choose_wants_probe(&list, &l);
}

static void
nothing_to_judge(void **state)
{
	struct attach_status v[] = { dropped(1, HOUR, HOUR), dropped(2, 2 * HOUR, 0), dropped(3, MINUTE, 0) };

	(void)state;
	v[1].state = v[2].state = ATTACH_STATE_ATTACHED;
	v[2].identity = other;
	assert_false(wants_probe(v, 0));
	assert_false(wants_probe(v, 1));
	assert_false(wants_probe(v, 3));
	v[2].identity = me;
	assert_true(wants_probe(v, 3));
	assert_true(wants_probe(v + 1, 1));
	/* Output while nobody looked does not make a dropped one newer than a live one. */
	v[1].activity_ms = NOW - 30 * MINUTE;
	v[0].activity_ms = NOW;
	assert_true(wants_probe(v, 2));
	/* An older one in a window like ours, where the best dropped one had another. */
	v[1].activity_ms = NOW - 2 * HOUR;
	assert_false(wants_probe(v, 2));
	v[0].rows = 50;
	assert_true(wants_probe(v, 2));
	v[1].cols = 81;
	assert_false(wants_probe(v, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest_activity_of_the_same_identity),
		cmocka_unit_test(what_runs_while_away_does_not_count),
		cmocka_unit_test(windows_of_one_outage_by_size_and_term),
		cmocka_unit_test(noticed_one_after_the_other),
		cmocka_unit_test(stale_ones_rank_among_the_dropped),
		cmocka_unit_test(the_last_window_of_an_outage),
		cmocka_unit_test(an_unknown_identity_resumes_nothing),
		cmocka_unit_test(anothers_session_is_passed_over),
		cmocka_unit_test(a_command_is_resumed_by_nobody),
		cmocka_unit_test(without_an_identity_the_keepers_decide),
		cmocka_unit_test(nothing_to_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
