/* SPDX-License-Identifier: MIT */
/* Pacing against a link made of numbers, a millisecond at a time. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>

#include "pacing.h"

#define STATE_ESTABLISHED 1
#define STATE_FIN_WAIT1 4
#define START 1000000 /* ms */

struct link {
	uint64_t rate;      /* bytes a second */
	unsigned rtt_ms;
	bool queued;        /* what TCP takes for a round trip has the queue in it */
	uint64_t given, moved; /* to the connection, by the link */
	uint64_t now;
	uint64_t most;      /* the longest queue since this was set to 0 */
	uint64_t looks;
};

static struct pacing
begun(void)
{
	struct envlist login = ENVLIST_INIT;
	struct pacing p;

	assert_int_equal(envlist_set(&login, "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"), 0);
	pacing_begin(&p, &login, -1, true);
	envlist_free(&login);
	assert_int_not_equal(p.tuple.family, 0);
	return p;
}

static void
look(struct pacing *p, struct link *l)
{
	struct tcpinfo i = { .state = STATE_ESTABLISHED, .send_queue = (uint32_t)(l->given - l->moved),
		             .bytes_acked = l->moved, .rtt_us = l->rtt_ms * 1000, .min_rtt_us = l->rtt_ms * 1000 };

	if (l->queued && l->rate)
		i.rtt_us += i.send_queue * UINT64_C(1000000) / l->rate;
	l->looks++;
	pacing_look(p, l->now, 0, &i);
}

/* What pacing_allow would, of as much as anybody has to write, without a connection. */
static void
flood(struct pacing *p, struct link *l, uint64_t bytes)
{
	while (bytes) {
		uint64_t n;

		if (!p->budget) {
			if (l->now < p->next && l->now >= p->until)
				p->until = p->next;
			if (l->now < p->until)
				return;
			look(p, l);
			if (!p->budget)
				return;
		}
		n = bytes < p->budget ? bytes : p->budget;
		pacing_wrote(p, n);
		l->given += n;
		bytes -= n;
		if (l->given - l->moved > l->most)
			l->most = l->given - l->moved;
	}
}

/* SECONDS of a program that prints as fast as it can, OTHERS bytes a millisecond beside it: what the link moved. */
static uint64_t
run(struct pacing *p, struct link *l, unsigned ms, uint64_t others)
{
	uint64_t before = l->moved;

	for (unsigned i = 0; i < ms; i++) {
		flood(p, l, 1000000);
		l->given += others;
		l->now++;
		l->moved += l->rate / 1000 < l->given - l->moved ? l->rate / 1000 : l->given - l->moved;
	}
	return l->moved - before;
}

/* The link is never idle, and its queue is a fraction of a second, whatever it is fast. */
static void
a_short_queue_and_a_busy_link(void **state)
{
	static const struct link links[] = {
		{ .rate = 10000, .rtt_ms = 50 },     { .rate = 100000, .rtt_ms = 1 },
		{ .rate = 100000, .rtt_ms = 300 },   { .rate = 1000000, .rtt_ms = 20 },
		{ .rate = 12000000, .rtt_ms = 80 },  { .rate = 120000000, .rtt_ms = 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct pacing p = begun();
		struct link l = links[i];
		uint64_t allowed = l.rate * (100 + 2 * l.rtt_ms) / 1000 * 3 / 2 + 16384;

		l.now = START;
		run(&p, &l, 4000, 0);
		l.most = l.looks = 0;
		assert_true(run(&p, &l, 5000, 0) >= 5 * l.rate * 98 / 100);
		assert_true(l.most <= allowed);
		assert_true(l.looks < 5000 * 4);
	}
}

/* Before anything is known, a flood puts no more into the queue than the first guess. */
static void
the_first_moments(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 100000, .rtt_ms = 1, .now = START };

	(void)state;
	run(&p, &l, 1000, 0);
	assert_true(l.most <= 65536);
}

/* A link that was fast and is slow now. */
static void
a_link_that_changes(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 10000000, .rtt_ms = 10, .now = START };

	(void)state;
	run(&p, &l, 3000, 0);
	l.rate = 100000;
	run(&p, &l, 15000, 0);
	l.most = 0;
	run(&p, &l, 1000, 0);
	assert_true(l.most < 40000);
	l.rate = 10000000;
	run(&p, &l, 3000, 0);
	assert_true(run(&p, &l, 1000, 0) >= 9800000);
}

/* It becomes slower in a flood: a round trip behind the queue that is there is a second, and is not waited for. */
static void
a_link_that_becomes_slower(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 2500000, .rtt_ms = 5, .now = START };

	(void)state;
	run(&p, &l, 3000, 0);
	l.rate = 250000;
	l.queued = true;
	run(&p, &l, 1500, 0);
	l.most = 0;
	run(&p, &l, 1000, 0);
	assert_true(l.most < 60000);
	/* and one that pauses only is as fast as before, when the next look has been */
	l.rate = 2500000;
	run(&p, &l, 2000, 0);
	l.rate = 0;
	run(&p, &l, 500, 0);
	l.rate = 2500000;
	run(&p, &l, 500, 0);
	assert_true(run(&p, &l, 1000, 0) >= 2500000 * 95 / 100);
}

/* It became slower while nothing was written: no more is in its queue than at first, and a fast one is filled soon. */
static void
a_link_after_a_pause(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 10000000, .rtt_ms = 10, .now = START };

	(void)state;
	run(&p, &l, 3000, 0);
	l.now += 11000;
	l.moved = l.given;
	p.budget = 0; /* pacing_allow() */
	l.rate = 100000;
	l.most = 0;
	run(&p, &l, 1000, 0);
	assert_true(l.most <= 65536);
	l.now += 11000;
	l.moved = l.given;
	p.budget = 0;
	l.rate = 10000000;
	run(&p, &l, 500, 0);
	assert_true(run(&p, &l, 1000, 0) >= 9800000);
}

/* A link that takes nothing is looked at less and less, and not given more. */
static void
a_dead_link(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 1000000, .rtt_ms = 10, .now = START };
	uint64_t given;

	(void)state;
	run(&p, &l, 3000, 0);
	l.rate = 0;
	run(&p, &l, 1000, 0);
	given = l.given;
	l.looks = 0;
	assert_true(pacing_moved(&p));
	run(&p, &l, 60000, 0);
	assert_false(pacing_moved(&p));
	assert_int_equal(l.given, given);
	assert_true(l.looks < 70);
	l.rate = 1000000;
	assert_true(run(&p, &l, 3000, 0) >= 1900000);
	assert_true(pacing_moved(&p));
}

/* Somebody else fills the same connection: the terminal gets its turn. */
static void
beside_a_copy(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 1000000, .rtt_ms = 10, .now = START };
	uint64_t written;

	(void)state;
	run(&p, &l, 2000, 0);
	l.given += 3000000; /* sshd and the kernel hold so much */
	run(&p, &l, 5000, 900);
	written = p.written;
	for (unsigned i = 0; i < 5000; i++) {
		if (l.given - l.moved < 3000000)
			l.given += 1500;
		flood(&p, &l, 50);
		l.now++;
		l.moved += 1000;
	}
	assert_true(p.written - written >= 5000 * 50 * 9 / 10);
}

/* What can't be looked at, or goes, is written to as if there were no pacing. */
static void
no_connection(void **state)
{
	struct envlist login = ENVLIST_INIT;
	struct pacing p = begun();
	struct tcpinfo i = { .state = STATE_ESTABLISHED, .send_queue = 10000000 };

	(void)state;
	pacing_look(&p, START, 0, &i);
	assert_true(pacing_closed(&p));
	pacing_look(&p, START, -ENOENT, &i);
	assert_false(pacing_closed(&p));
	assert_int_equal(pacing_allow(&p, 12345), 12345);
	p = begun();
	i.state = STATE_FIN_WAIT1;
	pacing_look(&p, START, 0, &i);
	assert_int_equal(p.tuple.family, 0);
	assert_int_equal(pacing_allow(&p, 12345), 12345);
	pacing_begin(&p, &login, -1, true);
	assert_int_equal(pacing_allow(&p, 12345), 12345);
	assert_int_equal(pacing_lag(&p, 32768), 32768);
	assert_int_equal(envlist_set(&login, "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"), 0);
	assert_int_equal(envlist_set(&login, "SSH_TTY=/dev/pts/99999"), 0);
	pacing_begin(&p, &login, 0, false); /* not that terminal */
	assert_int_equal(p.tuple.family, 0);
	assert_int_equal(envlist_set(&login, "SSH_CONNECTION=UNKNOWN 65535 UNKNOWN 65535"), 0);
	pacing_begin(&p, &login, -1, true);
	assert_int_equal(p.tuple.family, 0);
	envlist_free(&login);
	/* A connection that is not there: asked once, and then never again. */
	p = begun();
	assert_int_equal(pacing_allow(&p, 12345), 12345);
	assert_int_equal(p.tuple.family, 0);
}

/* A slow link's program is not let run ahead. */
static void
the_lag(void **state)
{
	struct pacing p = begun();
	struct link l = { .rate = 100000, .rtt_ms = 1, .now = START };

	(void)state;
	assert_int_equal(pacing_lag(&p, 32768), 32768);
	run(&p, &l, 3000, 0);
	assert_true(pacing_lag(&p, 32768) < 8192);
	p = begun();
	l = (struct link){ .rate = 100000000, .rtt_ms = 1, .now = START };
	run(&p, &l, 3000, 0);
	assert_int_equal(pacing_lag(&p, 32768), 32768);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_queue_and_a_busy_link),
		cmocka_unit_test(the_first_moments),
		cmocka_unit_test(a_link_that_changes),
		cmocka_unit_test(a_link_that_becomes_slower),
		cmocka_unit_test(a_link_after_a_pause),
		cmocka_unit_test(a_dead_link),
		cmocka_unit_test(beside_a_copy),
		cmocka_unit_test(no_connection),
		cmocka_unit_test(the_lag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
