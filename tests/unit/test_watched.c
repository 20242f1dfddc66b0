/* SPDX-License-Identifier: MIT */
/* A framed client that has sent WATCH and does not read: little is kept for it, and the last of it is told. */
#include "keeper_world.h"

#include "frame.h"
#include "frame_tty.h"
#include "taken.h"

#define CHANGES 3000 /* each of them a TTY, if the client read: 16 times what the keeper may keep */

static struct caller c;
static struct frame_reader reader;
static struct frame_tty tty;     /* the last one that came */
static unsigned ttys, takens;
static struct frame_taken taken;  /* the last one that came */
static size_t output;            /* bytes of it that have come */
static uint64_t input;           /* bytes of it that were sent */

static void
attach_framed(void)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_FRAMED | ATTACH_FLAG_PIPES);
	size_t len;

	m.framed = (struct attach_framed){ .lowest = 1, .highest = 1 };
	memset(m.framed.stream, 5, sizeof m.framed.stream);
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	caller_expect(&c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k));
	assert_true(fcntl(c.out, F_SETPIPE_SZ, 4096) >= 0);
}

static void
say(const unsigned char *frame, int len)
{
	assert_true(len > 0);
	assert_int_equal(write(c.screen, frame, (size_t)len), len);
}

static void
type(const char *keys)
{
	struct frame_data m = { .offset = input, .len = strlen(keys) };
	unsigned char out[64];
	int head = frame_put_data_head(FRAME_INPUT, &m, out, sizeof out);

	memcpy(out + head, keys, m.len);
	say(out, head + (int)m.len);
	input += m.len;
}

static void
on_frame(const struct frame *f)
{
	struct frame_data data;

	if (f->type == FRAME_TTY) {
		assert_int_equal(frame_get_tty(&tty, f->body, f->len), 0);
		ttys++;
	} else if (f->type == FRAME_TAKEN) {
		assert_int_equal(frame_get_taken(&taken, f->body, f->len), 0);
		assert_true(taken.output <= output);
		takens++;
	} else if (f->type == FRAME_OUTPUT) {
		assert_int_equal(frame_get_data(FRAME_OUTPUT, &data, f->body, f->len), 0);
		assert_true(data.offset == output);
		output += data.len;
	}
}

/* Reads what has come; whether the session's output has come up to HEAD. */
static bool
has_come(uint64_t head)
{
	struct frame f;
	size_t room;
	ssize_t n;
	unsigned char *to = frame_room(&reader, &room);

	n = read(c.out, to, room);
	if (n > 0)
		frame_filled(&reader, (size_t)n);
	while (frame_next(&reader, &f) == 1)
		on_frame(&f);
	return output == head;
}

static int
begin(void **state)
{
	unsigned char out[16];

	(void)state;
	memset(&reader, 0, sizeof reader);
	ttys = takens = 0;
	output = input = 0;
	world_open(false, true);
	attach_framed();
	turn_until(k.ring.head >= 7 && has_come(k.ring.head)); /* "ready\r\n" */
	say(out, frame_put_watch(FRAME_WATCH_ALL, out, sizeof out));
	turn_until(has_come(k.ring.head) && ttys);
	return 0;
}

/* The same with a program that reads nothing, and prints nothing when it starts late. */
static int
begin_unread(void **state)
{
	char kept[sizeof world_command];
	int rc;

	memcpy(kept, world_command, sizeof kept);
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec sleep 1000");
	rc = begin(state);
	memcpy(world_command, kept, sizeof kept);
	return rc;
}

static int
end(void **state)
{
	(void)state;
	caller_hang_up(&c);
	world_close();
	return 0;
}

static void
set_modes(tcflag_t flip)
{
	struct termios t;

	assert_int_equal(tcgetattr(k.slave, &t), 0);
	t.c_lflag ^= flip;
	assert_int_equal(tcsetattr(k.slave, TCSANOW, &t), 0);
}

static void
a_client_that_does_not_read_is_told_the_last(void **state)
{
	uint64_t head = k.ring.head + CHANGES;
	struct termios t;
	unsigned before = ttys;

	(void)state;
	for (unsigned i = 0; i < CHANGES; i++) {
		uint64_t want = k.ring.head + 1;

		set_modes(i % 2 ? ECHOK : ECHOKE);
		assert_int_equal(write(k.slave, "x", 1), 1);
		turn_until(k.ring.head == want);
		assert_int_equal(peers_attached(&k), 1);
	}
	assert_int_equal(tcgetattr(k.slave, &t), 0);
	turn_until(has_come(head));
	turn_until((has_come(head), !(tty.modes & FRAME_TTY_ECHOK) == !(t.c_lflag & ECHOK) &&
	                            !(tty.modes & FRAME_TTY_ECHOKE) == !(t.c_lflag & ECHOKE)));
	assert_true(tty.output == head);
	assert_true(ttys - before < CHANGES / 2);
	assert_int_equal(peers_attached(&k), 1);
}

/* WATCH, again and again, without reading the answers. */
static void
watches_without_end(void **state)
{
	unsigned char out[16];
	int len = frame_put_watch(FRAME_WATCH_ALL, out, sizeof out);

	(void)state;
	for (unsigned i = 0; i < CHANGES; i++) {
		say(out, len);
		if (i % 64 == 0)
			turn();
		assert_int_equal(peers_attached(&k), 1);
	}
	set_modes(ECHOK);
	assert_int_equal(write(k.slave, "x", 1), 1);
	turn_until(has_come(k.ring.head) && !(tty.modes & FRAME_TTY_ECHOK));
	assert_int_equal(peers_attached(&k), 1);
}

/* How often the keeper wakes up within MS when nothing happens. */
static unsigned
wake_ups(unsigned ms)
{
	uint64_t until = clock_now_ms() + ms;
	unsigned n = 0;

	for (; clock_now_ms() < until; n++)
		keeper_turn(&k, until);
	return n;
}

/* A key is not taken while output waits in the pty, and the keeper reads none as long as the client is behind. */
static void
a_client_that_is_behind_costs_no_wake_ups(void **state)
{
	static const char flood[4096];
	int slave = open(k.init.tty, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	unsigned before = takens;

	(void)state;
	assert_true(slave >= 0);
	set_modes(ICANON);
	turn_until((write(slave, flood, sizeof flood) < 0 && k.slowed));
	close(slave);
	type("x");
	turn_until(k.streams.v[0].input == input && !stream_waits(&k.streams.v[0]));
	wake_ups(100);
	assert_true(k.slowed);
	assert_true(wake_ups(500) < 5);
	assert_int_equal(takens, before);
	turn_until((has_come(k.ring.head), takens > before));
	assert_true(taken.input == input);
}

/* Ctrl-S: the echo comes with Ctrl-Q, so nothing is certain before. */
static void
a_stopped_terminal_is_not_certain(void **state)
{
	size_t before;

	(void)state;
	set_modes(ECHO);
	/* Of the first key the keeper knows only that the modes have changed. */
	for (unsigned i = 0; i < 2; i++) {
		type("a");
		turn_until((has_come(k.ring.head), taken.input == input));
		assert_int_equal(taken.certain, i);
	}
	before = output;
	type("\023bc");
	turn_until((has_come(k.ring.head), taken.input == input));
	assert_false(taken.certain);
	type("\021");
	turn_until((has_come(k.ring.head), taken.input == input));
	assert_true(taken.certain);
	assert_true(taken.output == before + 2);
}

/* The program has read a line without echo, and says something, and shows what is typed again, later than that. */
static void
the_answer_to_a_password_is_told(void **state)
{
	char line[8];
	ssize_t n = 0, n_read;
	uint64_t until;

	(void)state;
	fcntl(k.slave, F_SETFL, O_NONBLOCK);
	type("x\r");
	/* the pty may bring them one by one */
	turn_until((n += (n_read = read(k.slave, line, sizeof line)) > 0 ? n_read : 0) == 2);
	until = clock_now_ms() + 5 * TAKEN_QUIET_MS;
	while (clock_now_ms() < until)
		turn();
	(void)has_come(k.ring.head);
	assert_int_equal(takens, 0);
	set_modes(ICANON);
	assert_int_equal(write(k.slave, "done", 4), 4);
	turn_until(has_come(k.ring.head) && takens);
	assert_true(taken.input == input);
	assert_true(taken.output == k.ring.head);
	assert_false(taken.certain);
}

/* Turns until what has come shows that the modes M are told of; no more than MS. */
static bool
told_within(uint32_t set, uint32_t unset, unsigned ms)
{
	uint64_t until = clock_now_ms() + ms;

	while (clock_now_ms() < until && !((tty.modes & set) == set && !(tty.modes & unset))) {
		keeper_turn(&k, clock_now_ms() + 5);
		has_come(k.ring.head);
	}
	return (tty.modes & set) == set && !(tty.modes & unset);
}

static void
ask_for_modes(void)
{
	unsigned char out[16];
	unsigned before = ttys;

	say(out, frame_put_watch(FRAME_WATCH_MODES, out, sizeof out));
	turn_until((has_come(k.ring.head), ttys > before));
}

/* Who asks for the modes alone is told of a change at the latest with the acknowledgement of the next key. */
static void
modes_come_with_a_key(void **state)
{
	unsigned before = takens;
	unsigned char out[16];

	(void)state;
	set_modes(ICANON | ECHO);
	ask_for_modes();
	assert_true(tty.modes & FRAME_TTY_ECHO);
	set_modes(ECHO);
	assert_false(told_within(0, FRAME_TTY_ECHO, 150));
	type("x");
	assert_true(told_within(0, FRAME_TTY_ECHO, 5000));
	/* Of what was taken nothing is said, and nothing waits for it. */
	assert_true(wake_ups(200) < 4);
	has_come(k.ring.head);
	assert_int_equal(takens, before);
	/* Who asks for all again is told of that key, too. */
	say(out, frame_put_watch(FRAME_WATCH_ALL, out, sizeof out));
	turn_until((has_come(k.ring.head), takens > before));
	assert_true(taken.input == input);
}

/* A program that Enter has started changes the modes without a word. */
static void
modes_come_behind_an_enter(void **state)
{
	(void)state;
	set_modes(ECHO);
	ask_for_modes();
	type("\r");
	turn_until((has_come(k.ring.head), k.streams.v[0].fed == input));
	wake_ups(5);
	has_come(k.ring.head);
	set_modes(ECHO);
	assert_true(told_within(0, FRAME_TTY_ECHO, 5000));
	/* That look was the only one, and behind a character there is none. */
	assert_true(wake_ups(300) < 4);
	type("x");
	turn_until((has_come(k.ring.head), k.streams.v[0].fed == input));
	wake_ups(10);
	set_modes(ECHO);
	assert_false(told_within(FRAME_TTY_ECHO, 0, 150));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_stopped_terminal_is_not_certain, begin, end),
		cmocka_unit_test_setup_teardown(a_client_that_does_not_read_is_told_the_last, begin, end),
		cmocka_unit_test_setup_teardown(watches_without_end, begin, end),
		cmocka_unit_test_setup_teardown(the_answer_to_a_password_is_told, begin_unread, end),
		cmocka_unit_test_setup_teardown(a_client_that_is_behind_costs_no_wake_ups, begin, end),
		cmocka_unit_test_setup_teardown(modes_come_with_a_key, begin, end),
		cmocka_unit_test_setup_teardown(modes_come_behind_an_enter, begin_unread, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
