/* SPDX-License-Identifier: MIT */
/*
 * Acknowledgements of output follow input.  Input ahead of ATTACHED has no window, and the window of what comes later
 * has been told: however small the session's share of memory for input is by then, it makes way for them.
 */
#include "keeper_world.h"

#include "frame.h"
#include "frame_ahead.h"
#include "frame_session.h"

#define SHARE 65536u
#define OUTPUT 40000000u /* more than all queues between the command and its client hold */
#define PIECE 32000u

static struct caller c;
static struct frame_reader reader;
static unsigned char queue[FRAME_INPUT_WINDOW_MAX + (1u << 20)]; /* of the client, on its way */
static size_t queue_len, queue_at;
static uint64_t output;
static uint32_t window;  /* of ATTACHED */
static unsigned last[2]; /* the number that the command prints, and whether its end was told */

static void
say(const void *p, size_t n)
{
	assert_true(queue_len + n <= sizeof queue);
	memcpy(queue + queue_len, p, n);
	queue_len += n;
}

/* As much as a client may send before it knows of any window. */
static void
say_input_ahead(void)
{
	static const unsigned char zeros[PIECE];
	unsigned char head[64];

	for (size_t at = 0; at < FRAME_INPUT_AHEAD_MAX; at += PIECE) {
		size_t left = FRAME_INPUT_AHEAD_MAX - at;
		struct frame_input_ahead m = { .offset = at, .len = left < PIECE ? left : PIECE };

		m.last = m.len == left;
		say(head, (size_t)frame_put_input_ahead_head(&m, head, sizeof head));
		say(zeros, m.len);
	}
}

/* As much as the client has been told that it may send. */
static void
say_input(void)
{
	static const unsigned char zeros[PIECE];
	unsigned char head[64];

	for (size_t at = 0; at < window; at += PIECE) {
		struct frame_data m = { .offset = at, .len = window - at < PIECE ? window - at : PIECE };

		say(head, (size_t)frame_put_data_head(FRAME_INPUT, &m, head, sizeof head));
		say(zeros, m.len);
	}
	say(head, (size_t)frame_put_u64(FRAME_INPUT_END, window, head, sizeof head));
}

static void
on_attached(const struct frame *f)
{
	struct frame_attached m;

	assert_int_equal(frame_get_attached(&m, f->body, f->len), 0);
	window = m.window;
}

static void
on_output(const struct frame *f)
{
	unsigned char out[32];
	struct frame_data m;

	assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, f->body, f->len), 0);
	assert_true(m.offset == output);
	output += m.len;
	for (size_t i = 0; i < m.len; i++)
		if (m.data[i] >= '0' && m.data[i] <= '9')
			last[0] = last[0] * 10 + m.data[i] - '0';
	say(out, (size_t)frame_put_ack(0, output, out, sizeof out));
}

/* Sends what the pipe takes, and reads what has come; whether the session's end was told. */
static bool
is_over(void)
{
	struct frame f;
	size_t room;
	unsigned char *to = frame_room(&reader, &room);
	ssize_t n = write(c.screen, queue + queue_at, queue_len - queue_at);

	queue_at += n > 0 ? (size_t)n : 0;
	n = read(c.out, to, room);
	if (n > 0)
		frame_filled(&reader, (size_t)n);
	while (frame_next(&reader, &f) == 1) {
		assert_int_not_equal(f.type, FRAME_ERROR);
		if (f.type == FRAME_ATTACHED)
			on_attached(&f);
		if (f.type == FRAME_OUTPUT)
			on_output(&f);
		last[1] |= f.type == FRAME_EXIT;
	}
	return last[1];
}

static void
attach(const char *features)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED);
	size_t len;

	m.framed = (struct attach_framed){ .lowest = 1, .highest = FRAME_VERSION, .stream = "s" };
	snprintf(m.framed.features, sizeof m.framed.features, "%s", features);
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_expect(&c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	assert_int_equal(fcntl(c.screen, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(c.out, F_SETFL, O_NONBLOCK), 0);
}

static bool
is_attached(void)
{
	is_over();
	return window > 0;
}

/* The command writes more than is kept on its way before it reads: it goes on as the client acknowledges that. */
static void
goes_on(const char *features, bool ahead)
{
	memset(&reader, 0, sizeof reader);
	queue_len = queue_at = 0;
	output = 0;
	last[0] = last[1] = 0;
	window = 0;
	snprintf(world_command, sizeof world_command, "head -c %u /dev/zero; wc -c", OUTPUT);
	world_open(true, false);
	k.init.input_bytes = ahead ? SHARE : 0;
	attach(features);
	if (ahead) {
		say_input_ahead();
	} else {
		turn_until(is_attached());
		assert_int_equal(window, FRAME_INPUT_WINDOW_MAX);
		k.init.input_bytes = SHARE;
		k.share_at = 0;
		say_input();
	}
	turn_until(is_over());
	assert_true(output > OUTPUT);
	assert_int_equal(last[0], ahead ? FRAME_INPUT_AHEAD_MAX : window);
	caller_hang_up(&c);
	k.linger_until = 0;
	world_close();
}

static void
a_small_share_holds_nothing_up(void **state)
{
	(void)state;
	goes_on(FRAME_WIDE_INPUT, true);
}

static void
nor_does_a_client_without_windows(void **state)
{
	(void)state;
	goes_on("", true);
}

static void
a_share_that_has_shrunk_holds_nothing_up(void **state)
{
	(void)state;
	goes_on(FRAME_WIDE_INPUT, false);
}

/* All that clients have been told that they may send is within the session's share, and a piece for each. */
static void
what_is_told_is_bounded(void **state)
{
	static struct streams t = { .limit = 2 * STREAMS_QUEUE };
	struct stream *s;
	size_t told = 0;

	(void)state;
	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		s = streams_begin(&t, (const unsigned char[FRAME_KEY]){ (unsigned char)(i + 1) });
		s->wide = true;
		s->told = stream_room(s);
		told += (size_t)s->told;
		assert_true(s->told >= STREAMS_NARROW);
	}
	assert_true(told <= t.limit + STREAMS_MAX * STREAMS_NARROW);
	t.limit = SHARE;
	assert_int_equal(stream_room(&t.v[0]), STREAMS_QUEUE);
	t.v[0].told = 0;
	assert_int_equal(stream_room(&t.v[0]), STREAMS_NARROW);
}

/* More than a client may send ahead waits for room as any input does. */
static void
what_waits_is_bounded(void **state)
{
	static unsigned char piece[PIECE];
	static struct streams t = { .limit = SHARE };
	struct stream *a = streams_begin(&t, (const unsigned char[FRAME_KEY]){ 1 });
	struct stream *b = streams_begin(&t, (const unsigned char[FRAME_KEY]){ 2 });

	(void)state;
	for (struct stream *s = a; s; s = s == a ? b : NULL) {
		s->wide = s == b;
		s->ahead = true;
		while (stream_take(s, s->input, piece, sizeof piece, false) == 1)
			;
		s->ahead = false;
		assert_true(stream_room(s) < PIECE);
	}
	assert_true(stream_waits(a) > FRAME_INPUT_AHEAD_MAX - PIECE && stream_waits(a) <= FRAME_INPUT_AHEAD_MAX);
	assert_true(stream_waits(b) >= STREAMS_NARROW - PIECE);
	assert_true(stream_waits(a) + stream_waits(b) <= FRAME_INPUT_AHEAD_MAX + STREAMS_NARROW);
	streams_drop_input(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_share_holds_nothing_up),
		cmocka_unit_test(nor_does_a_client_without_windows),
		cmocka_unit_test(a_share_that_has_shrunk_holds_nothing_up),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(what_is_told_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
