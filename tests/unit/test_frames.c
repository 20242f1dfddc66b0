/* SPDX-License-Identifier: MIT */
/* A framed attachment: frames in and out, over stalls, with a client that does not keep to the protocol. */
#include "framed_world.h"

#include "command.h"
#include "framed_private.h"

static void
input_and_output_have_numbers(void **state)
{
	struct caller c;
	uint64_t at = 0;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	assert_true(attached.is_new && attached.kind == FRAME_COMMAND && !attached.known);
	say_input(&c, 0, "hello ");
	say_input(&c, 6, "world\n");
	read_output(&c, 0, &at, "hello world\n");
	assert_int_equal(at, 12);
	/* It comes again, and half of it is new. */
	say_input(&c, 6, "world\nmore\n");
	read_output(&c, 0, &at, "more\n");
	assert_int_equal(at, 17);
	/* All of it is acknowledged before a later frame. */
	say(&c, frame_put_u64(FRAME_PING, 1, sent, sizeof sent));
	expect(&c, FRAME_SERVER_PONG);
	assert_int_equal(ack.offset, 17);
	assert_true(ack.window > 0 && ack.window <= FRAME_INPUT_WINDOW);
	caller_hang_up(&c);
	world_close();
}

/* Each ends the attachment, and not the session. */
static void
wrong_frames_end_the_attachment(void **state)
{
	static const unsigned char nonsense[] = { 0, 0, 0, 1, 200 - 100 };
	struct frame_size size = { 24, 80, 0, 0 };
	struct caller c;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 'a', 0, 0);
	for (unsigned i = 0; i < 8; i++) {
		switch (i) {
		case 0: /* a hole in the input */
			say_input(&c, 5, "x");
			break;
		case 1: /* a type that there is not */
			assert_int_equal(write(c.screen, nonsense, sizeof nonsense), sizeof nonsense);
			break;
		case 2: /* more acknowledged than was sent */
			say(&c, frame_put_ack(0, 1, sent, sizeof sent));
			break;
		case 3: /* a channel that there is not */
			say(&c, frame_put_ack(2, 0, sent, sizeof sent));
			break;
		case 4: /* a command has no size */
			say(&c, frame_put_size(FRAME_SIZE, &size, sent, sizeof sent));
			break;
		case 5: /* an end that was not told */
			say(&c, frame_put_plain(FRAME_EXIT_ACK, sent, sizeof sent));
			break;
		case 6: /* the end of the input where it is not */
			say(&c, frame_put_u64(FRAME_INPUT_END, 9, sent, sizeof sent));
			break;
		case 7: /* what only the server says */
			say(&c, frame_put_u64(FRAME_SERVER_PING, 9, sent, sizeof sent));
			break;
		}
		is_thrown_out(&c);
		caller_hang_up(&c);
		assert_int_equal(k.state, KEEPER_RUNNING);
		attach_framed(&c, ATTACH_MODE_JOIN, (char)('b' + i), 0, 0);
	}
	caller_hang_up(&c);
	world_close();
}

static void
frames_come_in_any_pieces(void **state)
{
	static const unsigned char extension[] = { 0, 0, 0, 3, 200, 1, 2 };
	struct caller c;
	uint64_t token;
	struct frame f;
	int len;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	/* One that it does not know, and need not; then byte by byte. */
	assert_int_equal(write(c.screen, extension, sizeof extension), sizeof extension);
	len = frame_put_u64(FRAME_PING, 77, sent, sizeof sent);
	for (int i = 0; i < len; i++) {
		assert_int_equal(write(c.screen, sent + i, 1), 1);
		turn();
	}
	f = expect(&c, FRAME_SERVER_PONG);
	assert_int_equal(frame_get_u64(&token, f.body, f.len), 0);
	assert_int_equal(token, 77);
	caller_hang_up(&c);
	world_close();
}

/* A client that asks and asks, and reads no answer: what waits for it is bounded. */
static void
answers_that_nobody_reads_are_bounded(void **state)
{
	struct caller c;
	int len = frame_put_u64(FRAME_PING, 1, sent, sizeof sent);
	bool blocked = false;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	fcntl(c.screen, F_SETFL, O_NONBLOCK);
	for (int i = 1; i < 256; i++)
		memcpy(sent + i * len, sent, (size_t)len);
	for (int i = 0; i < 200 && !blocked; i++) {
		blocked = write(c.screen, sent, 256 * (size_t)len) < 0;
		turn();
	}
	assert_true(blocked);
	assert_true(k.peers.v[0]->framed->control_len <= FRAMED_CONTROL);
	assert_true(k.peers.v[0]->framed->held);
	/* As soon as it reads, everything goes on. */
	turn_until((caller_seen(&c), !k.peers.v[0]->framed->held));
	assert_int_equal(peers_attached(&k), 1);
	caller_hang_up(&c);
	world_close();
}

/* No more is sent than the window allows before the client acknowledges. */
static void
output_waits_for_acknowledgements(void **state)
{
	struct caller c;
	uint64_t at = 0, before;

	(void)state;
	set_command("stty -echo -opost; printf ready; read x; yes 0123456789");
	world_open(false, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	fcntl(c.out, F_SETPIPE_SZ, 1 << 20);
	read_output(&c, 0, &at, "ready");
	say_input(&c, 0, "\n");
	turn_until(k.peers.v[0]->t.flow == TERMINAL_BLOCKED && k.slowed);
	before = k.peers.v[0]->framed->sent[0];
	assert_true(before <= k.peers.v[0]->framed->window.size);
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(k.peers.v[0]->framed->sent[0], before);
	while (at < before) {
		struct frame f = expect(&c, FRAME_OUTPUT);
		struct frame_data m;

		assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, f.body, f.len), 0);
		assert_int_equal(m.offset, at);
		for (size_t i = 0; i < m.len; i++)
			assert_int_equal(m.data[i], "0123456789\n"[(at - 5 + i) % 11]);
		at += m.len;
	}
	say(&c, frame_put_ack(0, at, sent, sizeof sent));
	turn_until(k.peers.v[0]->framed->sent[0] > before);
	caller_hang_up(&c);
	world_close();
}

/* The next frame of output, from AT on: how many bytes. */
static size_t
output_frame(struct caller *c, uint64_t at)
{
	struct frame f = expect(c, FRAME_OUTPUT);
	struct frame_data m;

	assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, f.body, f.len), 0);
	assert_int_equal(m.offset, at);
	return m.len;
}

/* A frame of a command's output is, with its head, as long as a packet of sshd where so much has been read. */
static void
a_command_s_frames_are_packets(void **state)
{
	uint64_t until;
	struct caller c;
	int waits = 0;

	(void)state;
	set_command("read x; head -c 300000 /dev/zero; sleep 1000");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	fcntl(c.out, F_SETPIPE_SZ, 1 << 20);
	say_input(&c, 0, "\n");
	turn_until(k.streams.v[0].fed == 1);
	/* Not a turn until the pipe is full. */
	for (until = clock_now_ms() + PATIENCE_MS; waits < 65536 && clock_now_ms() < until;)
		assert_int_equal(ioctl(k.command->channel[0].fd, FIONREAD, &waits), 0);
	assert_int_equal(waits, 65536);
	assert_int_equal(output_frame(&c, 0), 32768 - FRAME_DATA_HEAD);
	caller_hang_up(&c);
	k.linger_until = 0;
	world_close();
}

/* A terminal shows a frame when all of it has come, so that one is shorter, however much waits. */
static void
a_terminal_s_frames_are_short(void **state)
{
	struct caller c;
	uint64_t at = 0;

	(void)state;
	set_command("stty -opost; exec yes");
	world_open(false, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	fcntl(c.out, F_SETPIPE_SZ, 1 << 20);
	for (int i = 0; i < 4; i++) {
		/* All that may be on the way is, and more has gathered. */
		turn_until(k.peers.v[0]->t.flow == TERMINAL_BLOCKED && k.slowed);
		while (at < k.peers.v[0]->framed->sent[0]) {
			size_t len = output_frame(&c, at);

			assert_true(len <= 16384);
			at += len;
		}
		say(&c, frame_put_ack(0, at, sent, sizeof sent));
		turn_until(k.peers.v[0]->framed->acked[0] == at);
	}
	caller_hang_up(&c);
	world_close();
}

/* As wide as the window can be, what the client has not acknowledged stays in the ring: the program waits for that. */
static void
the_ring_keeps_all_that_is_on_the_way(void **state)
{
	struct caller c;
	struct framed *f;

	(void)state;
	set_command("stty -echo -opost; printf ready; read x; yes 0123456789");
	world_open(false, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	fcntl(c.out, F_SETPIPE_SZ, 1 << 20);
	read_output(&c, 0, &(uint64_t){ 0 }, "ready");
	f = k.peers.v[0]->framed;
	f->window.size = f->window.max;
	say_input(&c, 0, "\n");
	turn_until(k.peers.v[0]->t.flow == TERMINAL_BLOCKED && k.slowed);
	for (int i = 0; i < 20; i++)
		turn();
	assert_true(k.ring.head > k.ring.size / 2);
	assert_true(ring_oldest(&k.ring) <= f->acked[0]);
	assert_true(k.ring.head - f->acked[0] > k.ring.size - 2 * KEEPER_READ_MAX);
	caller_hang_up(&c);
	world_close();
}

/* Input waits for a new shell's first output; one that ends without any must not keep the loop awake. */
static void
a_shell_that_ends_without_a_word(void **state)
{
	struct caller c;
	uint64_t before;

	(void)state;
	set_command("");
	world_open(false, false);
	snprintf(k.init.shell, sizeof k.init.shell, "/bin/true");
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	caller_hang_up(&c);
	/* On a busy machine all of that may have taken longer than input waits. */
	k.quiet_until = clock_now_ms() + 60000;
	turn_until(k.state == KEEPER_ENDING && !k.peers.count);
	assert_true(k.quiet_until != CLOCK_NEVER);
	k.quiet_until = clock_now_ms();
	turn_until(k.linger_until != CLOCK_NEVER);
	before = clock_now_ms();
	keeper_turn(&k, before + 100);
	assert_true(clock_now_ms() - before >= 100);
	world_close();
}

static void
a_signal_is_told_by_its_name(void **state)
{
	struct frame_text signal = { .text = "TERM" };
	struct frame_exit m;
	struct caller c;
	struct frame f;

	(void)state;
	set_command("exec sleep 1000");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	say(&c, frame_put_text(FRAME_SIGNAL, &signal, sent, sizeof sent));
	f = expect(&c, FRAME_EXIT);
	assert_int_equal(frame_get_exit(&m, f.body, f.len), 0);
	assert_true(m.signaled);
	assert_string_equal(m.signal, "TERM");
	caller_hang_up(&c);
	k.linger_until = 0;
	world_close();
}

static void
one_that_is_detached_is_told_why(void **state)
{
	struct frame_text m;
	struct caller c;
	struct frame f;

	(void)state;
	set_command("cat");
	world_open(true, false);
	attach_framed(&c, ATTACH_MODE_FIRST, 's', 0, 0);
	say(&c, frame_put_plain(FRAME_DETACH, sent, sizeof sent));
	f = expect(&c, FRAME_DETACHED);
	assert_int_equal(frame_get_text(FRAME_DETACHED, &m, f.body, f.len), 0);
	assert_int_equal(m.code, FRAME_D_ASKED);
	turn_until(!k.peers.count);
	assert_int_equal(k.streams.v[0].users, 0);
	caller_hang_up(&c);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_and_output_have_numbers),
		cmocka_unit_test(wrong_frames_end_the_attachment),
		cmocka_unit_test(frames_come_in_any_pieces),
		cmocka_unit_test(answers_that_nobody_reads_are_bounded),
		cmocka_unit_test(output_waits_for_acknowledgements),
		cmocka_unit_test(a_command_s_frames_are_packets),
		cmocka_unit_test(a_terminal_s_frames_are_short),
		cmocka_unit_test(the_ring_keeps_all_that_is_on_the_way),
		cmocka_unit_test(a_shell_that_ends_without_a_word),
		cmocka_unit_test(a_signal_is_told_by_its_name),
		cmocka_unit_test(one_that_is_detached_is_told_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
