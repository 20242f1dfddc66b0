/* SPDX-License-Identifier: MIT */
/* The stream of a framed client, which outlives its connections. */
#include "framed_world.h"

#include "framed_private.h"

/* After a cut the same stream goes on at the byte, in both directions. */
static void
a_stream_outlives_its_connection(void **state)
{
	struct caller c;
	uint64_t at = 0;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	say_input(&c, 0, "one\n");
	read_output(&c, 0, &at, "one\n");
	say_input(&c, 4, "two\n");
	turn_until(k.streams.v[0].input == 8 && !stream_waits(&k.streams.v[0]));
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	attach_framed(&c, ATTACH_MODE_STREAM, 's', at, 4);
	assert_true(attached.known && !attached.is_new);
	assert_int_equal(attached.input, 8);
	assert_int_equal(attached.output, at);
	read_output(&c, 0, &at, "two\n");
	assert_int_equal(at, 8);
	caller_hang_up(&c);
	world_close();
}

/* The same stream over a new connection: the old one has to go first, also when it is still there. */
static void
the_new_connection_of_a_stream_displaces_the_old_one(void **state)
{
	struct caller old, new;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&old, ATTACH_MODE_FIRST, 's', 0, 0);
	attach_framed(&new, ATTACH_MODE_STREAM, 's', 0, 0);
	turn_until(k.peers.count == 1);
	assert_int_equal(k.streams.v[0].users, 1);
	assert_ptr_equal(k.peers.v[0]->framed->stream, &k.streams.v[0]);
	caller_is_closed(&old);
	caller_hang_up(&old);
	caller_hang_up(&new);
	turn_until(!k.peers.count);
	assert_int_equal(k.streams.v[0].users, 0);
	world_close();
}

static void
offsets_that_were_never_there_are_refused(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_STREAM, ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED);
	struct caller c;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	m.framed = (struct attach_framed){ .lowest = 1, .highest = 1, .output = 1, .stream = "s" };
	memcpy(m.framed.key, k.session_key, sizeof m.framed.key);
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_BAD);
	caller_hang_up(&c);
	m.framed.output = 0;
	m.framed.key[0] ^= 1;
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_OTHER);
	caller_hang_up(&c);
	world_close();
}

/* Both outputs to their last byte, then EXIT; it stays until the client has said that it knows. */
static void
the_end_is_kept_until_it_was_heard_of(void **state)
{
	struct frame_exit m;
	struct caller c;
	uint64_t at = 0;
	struct frame f;

	(void)state;
	set_command("printf err >&2; exit 3");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	read_output(&c, 1, &at, "err");
	f = expect(&c, FRAME_EXIT);
	assert_int_equal(frame_get_exit(&m, f.body, f.len), 0);
	assert_false(m.signaled);
	assert_int_equal(m.value, 3);
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(k.state, KEEPER_ENDING);
	/* Cut before it has acknowledged: the next one hears of it again. */
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	attach_framed(&c, ATTACH_MODE_STREAM, 's', 0, 0);
	f = next_frame(&c);
	while (f.type != FRAME_EXIT)
		f = next_frame(&c);
	say(&c, frame_put_plain(FRAME_EXIT_ACK, sent, sizeof sent));
	turn_until(k.state == KEEPER_OVER);
	caller_hang_up(&c);
	world_close();
}

/*
 * sshd notices that the client has gone, and nobody reads the output any more, before it has passed on what the client
 * said last.
 */
static void
what_was_said_last_is_heard(void **state)
{
	struct stream *s = &k.streams.v[0];
	struct caller c;
	uint64_t at = 0;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	/* Before and after the program writes something that can't be sent any more. */
	for (int writes = 0; writes < 2; writes++) {
		set_command("echo on; cat");
		world_open(true, false);
		attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
		at = 0;
		read_output(&c, 0, &at, "on\n");
		close(c.out);
		c.out = -1;
		for (int i = 0; i < 5; i++)
			turn();
		say_input(&c, 0, "input\n");
		if (writes)
			turn_until(k.ring.head == strlen("on\ninput\n"));
		say(&c, frame_put_plain(FRAME_DETACH, sent, sizeof sent));
		turn_until(!k.peers.count);
		assert_int_equal(s->input, strlen("input\n"));
		assert_false(s->open);
		assert_int_equal(s->put_out, FRAME_D_ASKED);
		caller_hang_up(&c);
		world_close();
	}
}

/* Nobody reads the output, and nobody says anything. */
static void
who_hears_nothing_is_let_go(void **state)
{
	struct caller c;
	uint64_t at = 0;

	(void)state;
	set_command("echo on; cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	read_output(&c, 0, &at, "on\n");
	close(c.out);
	c.out = -1;
	turn_until(!k.peers.count);
	assert_true(k.streams.v[0].open);
	caller_hang_up(&c);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_outlives_its_connection),
		cmocka_unit_test(the_new_connection_of_a_stream_displaces_the_old_one),
		cmocka_unit_test(offsets_that_were_never_there_are_refused),
		cmocka_unit_test(the_end_is_kept_until_it_was_heard_of),
		cmocka_unit_test(what_was_said_last_is_heard),
		cmocka_unit_test(who_hears_nothing_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
