/* SPDX-License-Identifier: MIT */
/* The pipe that a client's input comes through holds more while much comes, and only then. */
#include "framed_world.h"

#include "framed_private.h"
#include "pipesize.h"

#define USUAL 65536
#define WIDE (1 << 20)
#define PIECE 30000

static void
begin(int ends[2])
{
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static void
end(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void
from_either_end(void **state)
{
	int ends[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin(ends);
		assert_false(pipesize_is_wide(ends[0]));
		assert_true(pipesize_widen(ends[i]));
		assert_true(pipesize_is_wide(ends[0]) && pipesize_is_wide(ends[1]));
		pipesize_narrow(ends[i]);
		assert_int_equal(fcntl(ends[1 - i], F_GETPIPE_SZ), USUAL);
		end(ends);
	}
}

/* What waits is more than the usual pipe holds. */
static void
nothing_is_lost(void **state)
{
	static char out[WIDE], in[WIDE];
	int ends[2];

	(void)state;
	begin(ends);
	for (int i = 0; i < WIDE; i++)
		out[i] = (char)(i % 251);
	assert_true(pipesize_widen(ends[1]));
	assert_int_equal(write(ends[1], out, WIDE), WIDE);
	pipesize_narrow(ends[1]);
	assert_true(pipesize_is_wide(ends[1]));
	assert_int_equal(read(ends[0], in, WIDE), WIDE);
	assert_memory_equal(in, out, WIDE);
	pipesize_narrow(ends[1]);
	assert_false(pipesize_is_wide(ends[1]));
	end(ends);
}

static void
not_what_is_no_pipe(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_false(pipesize_widen(ends[0]));
	assert_false(pipesize_is_wide(ends[0]));
	pipesize_narrow(ends[0]);
	assert_int_equal(write(ends[0], "x", 1), 1);
	end(ends);
}

static void
say_much(struct caller *c, uint64_t offset)
{
	static char text[PIECE + 1];

	memset(text, 'x', PIECE);
	say_input(c, offset, text);
}

static void
attach(struct caller *c, bool command)
{
	set_command("cat >/dev/null");
	world_open(command, false);
	attach_framed(c, ATTACH_MODE_FIRST, 's', 0, 0);
}

static void
leave(struct caller *c)
{
	caller_hang_up(c);
	k.linger_until = 0;
	world_close();
}

/* After a second without input it is as before, and the next transfer has a wide one again. */
static void
as_long_as_much_comes(void **state)
{
	uint64_t at = 0;
	struct caller c;

	(void)state;
	for (int i = 0; i < 4; i++) {
		if (i % 2 == 0)
			attach(&c, i == 0);
		say_much(&c, at);
		turn_until(pipesize_is_wide(c.screen));
		at += PIECE;
		turn_until(k.streams.v[0].input == at);
		assert_true(k.peers.v[0]->framed->widened);
		turn_until(!pipesize_is_wide(c.screen));
		assert_false(k.peers.v[0]->framed->widened);
		if (i % 2) {
			leave(&c);
			at = 0;
		}
	}
}

static void
keys_leave_it_as_it_is(void **state)
{
	struct caller c;

	(void)state;
	attach(&c, true);
	for (uint64_t at = 0; at < 100; at++) {
		say_input(&c, at, "x");
		turn_until(k.streams.v[0].input == at + 1);
	}
	assert_false(pipesize_is_wide(c.screen) || k.peers.v[0]->framed->widened);
	leave(&c);
}

/* holdfast-resume has made it wide, for what came ahead of the session. */
static void
one_that_was_wide_before(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED);
	struct caller c;
	size_t len;

	(void)state;
	set_command("cat >/dev/null");
	world_open(true, false);
	m.framed = (struct attach_framed){ .lowest = 1, .highest = FRAME_VERSION, .stream = "s" };
	caller_connect(&c);
	caller_claim(&c, &m);
	assert_true(pipesize_widen(c.screen));
	caller_expect(&c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	turn_until(k.peers.count == 1 && k.peers.v[0]->framed && k.peers.v[0]->framed->widened);
	turn_until(!pipesize_is_wide(c.screen));
	leave(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_either_end),
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(not_what_is_no_pipe),
		cmocka_unit_test(as_long_as_much_comes),
		cmocka_unit_test(keys_leave_it_as_it_is),
		cmocka_unit_test(one_that_was_wide_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
