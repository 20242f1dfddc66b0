/* SPDX-License-Identifier: MIT */
/* What a framed client's output may be on the way, by a line that is made up, and its input over cuts. */
#include "unit.h"

#include <errno.h>

#include "window.h"
#include "streams.h"

#define MS 1000u

/* A line: RATE bytes a second, DELAY there and back; what is sent waits its turn. */
struct line {
	struct window w;
	uint64_t rate, delay, now;
	uint64_t free_at;             /* when its last byte has left */
	struct { uint64_t at; uint64_t n; } on_the_way[8192];
	unsigned first, count;
	uint64_t longest;             /* what a byte has taken at most since this was set to 0 */
};

static struct line line;

static void
send(size_t n)
{
	uint64_t start = line.free_at > line.now ? line.free_at : line.now;

	line.free_at = start + n * 1000000 / line.rate;
	assert_true(line.count < 8192);
	line.on_the_way[(line.first + line.count++) % 8192].at = line.free_at + line.delay;
	line.on_the_way[(line.first + line.count - 1) % 8192].n = n;
	if (line.free_at + line.delay - line.now > line.longest)
		line.longest = line.free_at + line.delay - line.now;
	window_sent(&line.w, n, line.now);
}

static void
send_all_that_may(void)
{
	size_t room;

	while ((room = window_room(&line.w)) > 0)
		send(room < 4096 ? room : 4096);
}

/* The next acknowledgement comes. */
static void
acknowledge(void)
{
	assert_true(line.count > 0);
	line.now = line.on_the_way[line.first].at;
	window_acked(&line.w, line.on_the_way[line.first].n, line.now);
	line.first = (line.first + 1) % 8192;
	line.count--;
}

static void
flood(uint64_t us)
{
	uint64_t end = line.now + us;

	while (line.now < end) {
		send_all_that_may();
		acknowledge();
	}
}

static void
begin(uint64_t rate, uint64_t delay)
{
	memset(&line, 0, sizeof line);
	line.rate = rate;
	line.delay = delay;
	line.now = 1000000;
	window_init(&line.w, 4u << 20);
}

static void
a_thin_line_gets_little(void **state)
{
	(void)state;
	begin(100000, 20 * MS);
	flood(5000 * MS);
	assert_true(line.w.size <= 12000);
	/* for minutes, not only until the shortest round trip is forgotten */
	flood(60000 * MS);
	line.longest = 0;
	flood(20000 * MS);
	assert_true(line.w.size <= 12000);
	assert_true(line.longest < 150 * MS);
}

static void
a_fast_line_is_filled(void **state)
{
	uint64_t before;

	(void)state;
	begin(12500000, 50 * MS); /* 100 Mbit/s */
	flood(3000 * MS);
	assert_true(line.w.size >= 12500000 / 20);
	before = line.w.acked;
	flood(20000 * MS);
	/* 20 s at 12.5 MB/s, but for what looking at the round trip costs */
	assert_true(line.w.acked - before > UINT64_C(235000000));
	line.longest = 0;
	flood(1000 * MS);
	assert_true(line.longest < 130 * MS);
}

/* A long way shows what it carries within a few round trips. */
static void
a_long_line_is_filled_soon(void **state)
{
	(void)state;
	begin(20000000, 200 * MS);
	flood(1000 * MS);
	assert_true(line.w.size >= 2u << 20);
	assert_true(line.w.acked > 1000000);
	flood(2000 * MS);
	line.longest = 0;
	flood(1000 * MS);
	assert_true(line.w.size >= 20000000 / 5);
	assert_true(line.longest < 300 * MS);
}

/* And a fast one when its first bytes have come, close behind one another. */
static void
a_fast_long_line_is_filled_at_once(void **state)
{
	(void)state;
	begin(50000000, 200 * MS);
	flood(203 * MS);
	assert_in_range(line.w.size, 1u << 20, 2u << 20);
	begin(1000000, 200 * MS);
	flood(265 * MS);
	assert_true(line.w.size < 300000);
}

/* Not knowing a thin line does not cost much either. */
static void
a_thin_line_is_found_out(void **state)
{
	(void)state;
	begin(100000, 20 * MS);
	flood(10000 * MS);
	assert_true(line.longest < 1500 * MS);
	begin(100000, 300 * MS);
	flood(10000 * MS);
	assert_true(line.longest < 2000 * MS);
}

static void
a_local_line_gets_the_most_soon(void **state)
{
	(void)state;
	begin(500000000, 200);
	flood(20 * MS);
	assert_true(line.w.size >= 1u << 20);
	flood(200 * MS);
	assert_true(line.w.size <= line.w.max);
}

static void
a_line_that_gets_thinner_is_noticed(void **state)
{
	(void)state;
	begin(5000000, 20 * MS);
	flood(5000 * MS);
	assert_true(line.w.size > 200000);
	line.rate = 100000;
	flood(20000 * MS);
	assert_true(line.w.size <= 12000);
}

/* … also where all that there was to send has been now and then: it comes in pieces, as a program's output does. */
static void
a_line_that_gets_thinner_is_noticed_between_pieces(void **state)
{
	(void)state;
	begin(10000000, 5 * MS);
	for (int turn = 0; turn < 2; turn++) {
		uint64_t end = line.now + 4000 * MS;

		while (line.now < end) {
			send_all_that_may();
			window_idle(&line.w);
			acknowledge();
		}
		if (turn == 0)
			line.rate = 250000;
	}
	assert_true(line.w.size <= 16384);
}

/* … or nothing was sent for a while. */
static void
begins_anew_after_a_pause(void **state)
{
	(void)state;
	begin(10000000, 5 * MS);
	flood(3000 * MS);
	assert_true(line.w.size > 3 * WINDOW_FIRST);
	while (line.count)
		acknowledge();
	line.now += 11000 * MS;
	line.rate = 250000;
	send(100);
	acknowledge();
	assert_true(line.w.size <= 2 * WINDOW_FIRST);
	line.longest = 0;
	flood(1000 * MS);
	assert_true(line.longest < 600 * MS);
	line.longest = 0;
	flood(1000 * MS);
	assert_true(line.longest < 100 * MS);
}

static void
a_longer_way_is_noticed(void **state)
{
	uint64_t before;

	(void)state;
	begin(1000000, 20 * MS);
	flood(5000 * MS);
	line.delay = 200 * MS;
	flood(60000 * MS);
	before = line.w.acked;
	flood(10000 * MS);
	assert_true(line.w.acked - before > 8500000);
}

static void
typing_says_nothing_of_the_rate(void **state)
{
	(void)state;
	begin(5000000, 20 * MS);
	flood(5000 * MS);
	while (line.count)
		acknowledge();
	assert_true(line.w.size > 200000);
	for (int i = 0; i < 1000; i++) {
		send(1);
		window_idle(&line.w);
		acknowledge();
		line.now += 300 * MS;
	}
	assert_true(line.w.size > 200000);
}

/* One channel's bytes have been given up, the other's are acknowledged late. */
static void
what_was_forgotten_does_not_count_when_it_is_acknowledged(void **state)
{
	(void)state;
	window_init(&line.w, 4u << 20);
	window_sent(&line.w, 4096, 1);
	window_forget(&line.w);
	window_acked(&line.w, 4096, 2);
	assert_int_equal(window_room(&line.w), WINDOW_FIRST);
	window_sent(&line.w, 100, 3);
	assert_int_equal(window_room(&line.w), WINDOW_FIRST - 100);
}

static void
who_never_acknowledges_gets_one_window(void **state)
{
	uint64_t sent = 0;

	(void)state;
	begin(5000000, 20 * MS);
	for (int i = 0; i < 100; i++) {
		send_all_that_may();
		line.now += 1000 * MS;
		sent = line.w.sent;
	}
	assert_int_equal(sent, WINDOW_FIRST);
	window_forget(&line.w);
	assert_int_equal(window_room(&line.w), WINDOW_FIRST);
}

static void
a_small_ring_bounds_it(void **state)
{
	(void)state;
	begin(500000000, 200);
	window_init(&line.w, 32768);
	flood(1000 * MS);
	assert_int_equal(line.w.size, 32768);
}

/* Streams. */

static struct streams streams;

static int
no_streams(void **state)
{
	(void)state;
	streams_drop_input(&streams);
	memset(&streams, 0, sizeof streams);
	return 0;
}

static struct stream *
stream_number(unsigned n)
{
	unsigned char name[FRAME_KEY] = { (unsigned char)n, (unsigned char)(n >> 8) };
	struct stream *s = streams_find(&streams, name);

	return s ? s : streams_begin(&streams, name);
}

static int
take(struct stream *s, uint64_t offset, const char *text)
{
	return stream_take(s, offset, (const unsigned char *)text, strlen(text), false);
}

static void
waits(const struct stream *s, const char *text)
{
	const unsigned char *p;

	assert_int_equal(stream_waiting(s, &p), strlen(text));
	if (text[0])
		assert_memory_equal(p, text, strlen(text));
}

static void
input_is_taken_once(void **state)
{
	struct stream *s = stream_number(1);

	(void)state;
	assert_int_equal(take(s, 0, "abc"), 1);
	assert_int_equal(take(s, 0, "abc"), 1);
	assert_int_equal(take(s, 1, "bcdef"), 1);
	assert_int_equal(s->input, 6);
	waits(s, "abcdef");
	stream_used(s, 4);
	waits(s, "ef");
	assert_int_equal(take(s, 2, "cd"), 1);
	waits(s, "ef");
	assert_ptr_equal(stream_number(1), s);
	stream_used(s, 2);
	assert_int_equal(stream_waits(s), 0);
	assert_false(streams_wait(&streams));
}

static void
a_hole_is_refused(void **state)
{
	struct stream *s = stream_number(1);

	(void)state;
	assert_int_equal(take(s, 1, "b"), -EBADMSG);
	assert_int_equal(take(s, UINT64_MAX, "b"), -EBADMSG);
	assert_int_equal(take(s, 0, "a"), 1);
	assert_int_equal(take(s, 2, "c"), -EBADMSG);
	assert_int_equal(stream_end(s, 2), -EBADMSG);
	assert_int_equal(stream_end(s, 1), 0);
	assert_false(streams_ended(&streams));
	stream_used(s, 1);
	assert_true(streams_ended(&streams));
	assert_int_equal(take(s, 0, "a"), 1);
	assert_int_equal(take(s, 1, "b"), -EBADMSG);
}

static void
the_queue_is_bounded(void **state)
{
	static unsigned char much[STREAMS_NARROW];
	struct stream *s = stream_number(1);
	uint64_t at = 0;

	(void)state;
	assert_int_equal(stream_take(s, 0, much, sizeof much, false), 1);
	assert_int_equal(stream_room(s), 0);
	assert_int_equal(stream_take(s, sizeof much, much, 1, false), 0);
	assert_int_equal(s->input, sizeof much);
	stream_used(s, 1);
	assert_int_equal(stream_take(s, sizeof much, much, 1, false), 1);
	assert_int_equal(stream_take(s, sizeof much + 1, much, 1, false), 0);
	/* what is thrown away needs no room */
	at = s->input;
	assert_int_equal(stream_take(s, at, much, sizeof much, true), 1);
	assert_int_equal(s->input, at + sizeof much);
}

static void
the_latest_are_remembered(void **state)
{
	struct stream *used, *waiting;

	(void)state;
	used = stream_number(0);
	used->users = 1;
	used->input = 5;
	waiting = stream_number(1);
	assert_int_equal(take(waiting, 0, "x"), 1);
	for (unsigned i = 2; i < 100; i++)
		assert_non_null(stream_number(i));
	assert_int_equal(stream_number(0)->input, 5);
	waits(stream_number(1), "x");
	for (unsigned i = 99; i > 99 - (STREAMS_MAX - 2); i--) {
		unsigned char name[FRAME_KEY] = { (unsigned char)i };

		assert_non_null(streams_find(&streams, name));
	}
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		streams.v[i].users = 1;
	assert_null(stream_number(1000));
}

static void
one_that_begins_anew_begins_at_0(void **state)
{
	unsigned char name[FRAME_KEY] = { 1 };
	struct stream *s = stream_number(1);

	(void)state;
	assert_int_equal(take(s, 0, "abc"), 1);
	s->users = 1;
	assert_null(streams_begin(&streams, name));
	s->users = 0;
	s = streams_begin(&streams, name);
	assert_int_equal(s->input, 0);
	waits(s, "");
}

/* Two clients of a command: what is closed, and when the command is let go. */
static void
closed_when_nobody_reads(void **state)
{
	struct stream *a = stream_number(1), *b;

	(void)state;
	a->open = true;
	assert_false(streams_closed(&streams, 0));
	a->closed[0] = true;
	assert_true(streams_closed(&streams, 0));
	assert_false(streams_closed(&streams, 1));
	assert_false(streams_released(&streams));
	b = stream_number(2);
	b->open = true;
	assert_false(streams_closed(&streams, 0));
	a->closed[1] = true;
	a->open = false;
	assert_false(streams_released(&streams));
	b->open = false;
	assert_true(streams_closed(&streams, 0) && streams_closed(&streams, 1));
	assert_true(streams_released(&streams));
}

/* One that has left without a word about its outputs may come back by its session's number. */
static void
not_let_go_without_a_word(void **state)
{
	struct stream *s = stream_number(1);

	(void)state;
	s->open = true;
	s->closed[0] = true;
	s->open = false;
	assert_false(streams_released(&streams));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thin_line_gets_little),
		cmocka_unit_test(a_fast_line_is_filled),
		cmocka_unit_test(a_long_line_is_filled_soon),
		cmocka_unit_test(a_fast_long_line_is_filled_at_once),
		cmocka_unit_test(a_thin_line_is_found_out),
		cmocka_unit_test(a_local_line_gets_the_most_soon),
		cmocka_unit_test(a_line_that_gets_thinner_is_noticed),
		cmocka_unit_test(a_line_that_gets_thinner_is_noticed_between_pieces),
		cmocka_unit_test(begins_anew_after_a_pause),
		cmocka_unit_test(a_longer_way_is_noticed),
		cmocka_unit_test(typing_says_nothing_of_the_rate),
		cmocka_unit_test(who_never_acknowledges_gets_one_window),
		cmocka_unit_test(what_was_forgotten_does_not_count_when_it_is_acknowledged),
		cmocka_unit_test(a_small_ring_bounds_it),
		cmocka_unit_test_setup_teardown(input_is_taken_once, no_streams, no_streams),
		cmocka_unit_test_setup_teardown(a_hole_is_refused, no_streams, no_streams),
		cmocka_unit_test_setup_teardown(the_queue_is_bounded, no_streams, no_streams),
		cmocka_unit_test_setup_teardown(the_latest_are_remembered, no_streams, no_streams),
		cmocka_unit_test_setup_teardown(one_that_begins_anew_begins_at_0, no_streams, no_streams),
		cmocka_unit_test_setup_teardown(closed_when_nobody_reads, no_streams, no_streams),
		cmocka_unit_test_setup_teardown(not_let_go_without_a_word, no_streams, no_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
