/* SPDX-License-Identifier: MIT */
/* A painter that lies, talks nonsense, or says nothing at all: the test is the painter. */
#include "painter_world.h"

static int mouth = -1; /* the painter's end */

/* A process that can be killed, and its socket in our hands. */
static void
become_painter(void)
{
	int pair[2];
	pid_t pid = fork();

	if (mouth >= 0)
		close(mouth);
	if (pid == 0)
		for (;;)
			pause();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	k.picture->proc = (struct painter_process){ .pid = pid, .fd = pair[0] };
	mouth = pair[1];
	/* One that lives is not replaced while we look. */
	k.picture->not_before = CLOCK_NEVER;
	k.picture->tick_at = k.picture->park_at = CLOCK_NEVER;
	picture_attend(&k);
	assert_true(k.picture->answering);
}

static int
be_honest(void **state)
{
	world_open(state);
	become_painter();
	world_raw();
	world_print("hello");
	return 0;
}

static int
be_done(void **state)
{
	close(mouth);
	mouth = -1;
	return world_close(state);
}

static void
say_raw(const void *bytes, size_t len)
{
	assert_int_equal(send(mouth, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	world_turn(1000);
}

static void
say(struct paint_reply m)
{
	static unsigned char buf[PAINT_REPLY_MAX];
	int len = paint_encode_reply(&m, buf, sizeof buf);

	assert_true(len > 0);
	say_raw(buf, (size_t)len);
}

static void
say_bytes(uint32_t serial, const char *text)
{
	say((struct paint_reply){ .type = PAINT_BYTES, .serial = serial, .data = (const unsigned char *)text,
	                          .len = strlen(text) });
}

static void
answer(const char *text)
{
	say((struct paint_reply){ .type = PAINT_REPORT, .offset = k.picture->fed, .number = k.front.epoch,
	                          .data = (const unsigned char *)text, .len = strlen(text) });
}

static bool
lost(void)
{
	return k.picture->proc.pid == 0 && k.picture->lost;
}

static void
reports_are_typed(void **state)
{
	(void)state;
	answer("\033[?62;22c");
	assert_string_equal(world_typed(), "\033[?62;22c");
	assert_false(lost());
}

static void
commands_are_not(void **state)
{
	static const char *const lies[] = {
		"rm -rf ~\r", "\r", "\n", "\003", "\033]lrm -rf ~\033\\\r", "\033]52;c;eA==\033\\",
		"\033]11;rgb:0/0/0\007", "\033[200~x\033[201~", "\033OA\r", "\033[13u",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		answer(lies[i]);
		assert_string_equal(world_typed(), "");
	}
	answer("\033[0nrm\r");
	assert_string_equal(world_typed(), "\033[0n");
}

static void
nothing_is_typed_into_a_line(void **state)
{
	struct termios t;

	(void)state;
	assert_int_equal(tcgetattr(k.slave, &t), 0);
	t.c_lflag |= ICANON;
	assert_int_equal(tcsetattr(k.slave, TCSANOW, &t), 0);
	answer("\033[0n");
	assert_true(k.answers->len > 0);
	for (int i = 0; i < 100 && k.answers->len; i++) {
		usleep(5000);
		world_turn(0);
	}
	assert_int_equal(k.answers->len, 0);
	world_raw();
	assert_string_equal(world_typed(), "");
}

static void
who_asks_first_and_then_listens_is_answered(void **state)
{
	struct termios t;

	(void)state;
	assert_int_equal(tcgetattr(k.slave, &t), 0);
	t.c_lflag |= ICANON;
	assert_int_equal(tcsetattr(k.slave, TCSANOW, &t), 0);
	answer("\033[0n");
	world_raw();
	usleep(20000);
	world_turn(0);
	assert_string_equal(world_typed(), "\033[0n");
}

static void
another_in_front_gets_no_answer(void **state)
{
	uint32_t old = k.front.epoch;

	(void)state;
	/* The shell was here before, and comes back. */
	k.front.group = in_front + 1;
	world_print("\033[c");
	assert_true(front_follow(&k.front, k.master, k.shell.pid, k.ring.head - 3, k.ring.head));
	picture_front_changed(&k);
	answers_front_changed(&k);
	say((struct paint_reply){ .type = PAINT_REPORT, .offset = k.picture->fed, .number = old,
	                          .data = (const unsigned char *)"\033[0n", .len = 4 });
	assert_string_equal(world_typed(), "");
	/* And who has gone without our having seen it yet. */
	k.front.group = in_front + 1;
	answer("\033[0n");
	assert_string_equal(world_typed(), "");
}

static void
a_flood_of_answers_is_cut(void **state)
{
	size_t total = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		/* On a busy machine this takes longer than a painter may stand still. */
		k.picture->tick_at = k.picture->park_at = k.picture->give_up_at = CLOCK_NEVER;
		answer("\033[0n\033[0n\033[0n");
		total += strlen(world_typed());
	}
	assert_uint_in_range(total, 4, 4 * GRAMMAR_COUNT_RATE * 2);
}

static void
who_does_not_read_gets_no_more(void **state)
{
	char filler[3000];
	int there = 0;

	(void)state;
	memset(filler, 'x', sizeof filler);
	assert_int_equal(write(k.master, filler, sizeof filler), (ssize_t)sizeof filler);
	for (int i = 0; i < 1000 && there < (int)sizeof filler; i++) {
		usleep(1000);
		assert_int_equal(ioctl(k.slave, FIONREAD, &there), 0);
	}
	answer("\033[0n");
	assert_int_equal(strlen(world_typed()), sizeof filler);
}

static void
nonsense_is_the_end(void **state)
{
	(void)state;
	say_raw("nonsense", 8);
	assert_true(lost());
}

static void
too_long_a_message_is_the_end(void **state)
{
	static char big[PAINT_REPLY_MAX + 1];

	(void)state;
	say_raw(big, sizeof big);
	assert_true(lost());
}

static void
eaten_more_than_there_is(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_AT, .offset = k.ring.head + 1 });
	assert_true(lost());
}

static void
eaten_backwards(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_AT, .offset = 5 });
	assert_false(lost());
	say((struct paint_reply){ .type = PAINT_AT, .offset = 4 });
	assert_true(lost());
}

static void
rests_where_it_may(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_RESTS, .offset = 2, .number = 3 });
	assert_false(lost());
	assert_int_equal(k.picture->at, 2);
	/* Somebody's queries may be in the rest: it was told to go on. */
	assert_int_equal(k.picture->fed, k.ring.head);
}

/* How many orders it has been given since it was asked last. */
static unsigned
orders(void)
{
	static unsigned char buf[PAINT_REPLY_MAX];
	unsigned n = 0;

	while (recv(mouth, buf, sizeof buf, MSG_DONTWAIT) > 0)
		n++;
	return n;
}

/* What it has been told to eat meanwhile it is not told again. */
static void
was_told_to_go_on_meanwhile(void **state)
{
	(void)state;
	orders();
	say((struct paint_reply){ .type = PAINT_RESTS, .offset = 1, .number = 2 });
	assert_false(lost());
	assert_int_equal(k.picture->at, 1);
	assert_int_equal(orders(), 0);
	say((struct paint_reply){ .type = PAINT_RESTS, .offset = 1, .number = 4 });
	assert_false(lost());
	assert_int_equal(orders(), 1);
}

static void
rests_on_more_than_it_was_fed(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_RESTS, .offset = 2, .number = 4 });
	assert_true(lost());
}

static void
rests_backwards(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_AT, .offset = 4 });
	say((struct paint_reply){ .type = PAINT_RESTS, .offset = 3, .number = 2 });
	assert_true(lost());
}

static void
rests_on_most_of_the_ring(void **state)
{
	(void)state;
	for (int i = 0; i < 30000; i += 10)
		world_print("0123456789");
	assert_int_equal(k.picture->fed, 5);
	say((struct paint_reply){ .type = PAINT_AT, .offset = 5 });
	assert_int_equal(k.picture->fed, k.ring.head);
	say((struct paint_reply){ .type = PAINT_RESTS, .offset = 5, .number = (uint32_t)k.ring.head - 5 });
	assert_true(lost());
}

static void
a_rendering_that_nobody_wants(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = 10 });
	assert_true(lost());
}

static void
want_something(void)
{
	assert_int_equal(picture_request(&k, 24, 80, 0, NULL, &(struct termcan){ .can = 0 }), 1);
}

static void
too_long_a_rendering(void **state)
{
	(void)state;
	want_something();
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = PAINT_RENDER_MAX + 1 });
	assert_true(lost());
}

static void
more_than_was_said(void **state)
{
	(void)state;
	want_something();
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = 3 });
	assert_false(lost());
	say_bytes(1, "1234");
	assert_true(lost());
}

static void
little_by_little(void **state)
{
	(void)state;
	want_something();
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = 3 });
	say_bytes(1, "1");
	assert_true(lost());
}

static void
bytes_of_another_rendering(void **state)
{
	(void)state;
	want_something();
	assert_int_equal(picture_request(&k, 24, 80, 0, NULL, &(struct termcan){ .can = 0 }), 2);
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = 3 });
	say_bytes(2, "123");
	assert_true(lost());
}

static void
hanging_up(void **state)
{
	(void)state;
	close(mouth);
	world_turn(1000);
	assert_true(lost());
	mouth = -1;
}

/* It eats nothing while output comes: the pty is read again within a fifth of a second or so. */
static void
saying_nothing(void **state)
{
	uint64_t start = clock_now_ms();

	(void)state;
	while (picture_has_room(&k))
		world_print("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	while (!picture_has_room(&k) && clock_now_ms() - start < 5000)
		world_turn(5);
	assert_true(lost());
	assert_true(clock_now_ms() - start >= 150);
}

/* It takes orders no more: they are few, but its socket is full at some time. */
static void
taking_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 100000 && !lost(); i++)
		picture_size(&k);
	assert_true(lost());
}

/* A byte now and then is no progress. */
static void
dripping(void **state)
{
	uint64_t start = clock_now_ms(), at = 0;

	(void)state;
	while (picture_has_room(&k))
		world_print("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	while (!lost() && clock_now_ms() - start < 5000) {
		unsigned char buf[64];
		struct paint_reply m = { .type = PAINT_AT, .offset = ++at };
		int len = paint_encode_reply(&m, buf, sizeof buf);

		if (at < 5)
			send(mouth, buf, (size_t)len, MSG_NOSIGNAL);
		world_turn(5);
	}
	assert_true(lost());
	assert_true(clock_now_ms() - start >= 150);
}

/* Each rendering has its time: many that follow on each other are no painter that is stuck. */
static void
one_behind_another(void **state)
{
	(void)state;
	want_something();
	assert_int_equal(picture_request(&k, 24, 80, 0, NULL, &(struct termcan){ .can = 0 }), 2);
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = 1 });
	k.picture->give_up_at = clock_now_ms() + PICTURE_ORDER_MS / 2;
	say_bytes(1, "x");
	assert_false(lost());
	assert_int_equal(k.picture->wanted, 1);
	assert_true(k.picture->give_up_at > clock_now_ms() + PICTURE_ORDER_MS / 2);
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 2 });
	assert_int_equal(k.picture->give_up_at, CLOCK_NEVER);
}

/* Work is progress, and no more time. */
static void
busy(void **state)
{
	uint64_t until;

	(void)state;
	want_something();
	until = k.picture->give_up_at;
	k.picture->ticks = PICTURE_PATIENCE - 1;
	say((struct paint_reply){ .type = PAINT_BUSY });
	assert_false(lost());
	assert_int_equal(k.picture->ticks, 0);
	assert_true(k.picture->give_up_at == until);
	k.picture->give_up_at = 0;
	say((struct paint_reply){ .type = PAINT_BUSY });
	assert_true(lost());
}

static void
busy_with_nothing(void **state)
{
	(void)state;
	say((struct paint_reply){ .type = PAINT_BUSY });
	assert_true(lost());
}

static void
busy_between_bytes(void **state)
{
	(void)state;
	want_something();
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1, .number = 3 });
	assert_false(lost());
	say((struct paint_reply){ .type = PAINT_BUSY });
	assert_true(lost());
}

static unsigned printed, unprinted;

static void
on_printed(void *object, unsigned char *bytes, size_t len)
{
	(void)object;
	(void)len;
	printed += bytes != NULL;
	unprinted += !bytes;
	free(bytes);
}

static int
print(unsigned flags)
{
	return picture_print(&k, &(struct paint_order){ .type = PAINT_TEXT, .offset = k.ring.head, .flags = flags },
	                     on_printed, &k);
}

/* One at a time, and none before what an attachment waits for. */
static void
prints_wait(void **state)
{
	(void)state;
	want_something();
	orders();
	assert_int_equal(print(0), -EAGAIN);
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 1 });
	assert_int_equal(print(0), 0);
	assert_int_equal(print(PAINT_NO_SCROLLBACK), -EAGAIN);
	assert_int_equal(orders(), 1);
	/* An attachment's goes out at once. */
	assert_int_equal(picture_request(&k, 24, 80, 0, NULL, &(struct termcan){ .can = 0 }), 3);
	assert_int_equal(orders(), 1);
	printed = unprinted = 0;
	say((struct paint_reply){ .type = PAINT_TOTAL, .serial = 2, .number = 1 });
	say_bytes(2, "x");
	assert_true(printed == 1 && !unprinted && !lost());
	assert_int_equal(print(0), -EAGAIN);
}

/* A print that has cost a painter is not asked of the next one: the screen alone may be. */
static void
a_print_that_is_never_done(void **state)
{
	(void)state;
	printed = unprinted = 0;
	say((struct paint_reply){ .type = PAINT_AT, .offset = k.ring.head });
	assert_int_equal(print(PAINT_NO_SCROLLBACK), 0);
	k.picture->give_up_at = 0;
	picture_turn(&k);
	assert_true(lost() && unprinted == 1);
	assert_int_equal(print(0), -ENOTSUP);
	become_painter();
	assert_int_equal(print(0), 0);
	k.picture->give_up_at = 0;
	picture_turn(&k);
	assert_true(lost() && unprinted == 2 && !printed);
	assert_int_equal(print(0), -EFBIG);
	assert_int_equal(print(PAINT_NO_SCROLLBACK), -ENOTSUP);
}

#define LIE(name) cmocka_unit_test_setup_teardown(name, be_honest, be_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIE(reports_are_typed),
		LIE(commands_are_not),
		LIE(nothing_is_typed_into_a_line),
		LIE(who_asks_first_and_then_listens_is_answered),
		LIE(another_in_front_gets_no_answer),
		LIE(a_flood_of_answers_is_cut),
		LIE(who_does_not_read_gets_no_more),
		LIE(nonsense_is_the_end),
		LIE(too_long_a_message_is_the_end),
		LIE(eaten_more_than_there_is),
		LIE(eaten_backwards),
		LIE(rests_where_it_may),
		LIE(was_told_to_go_on_meanwhile),
		LIE(rests_on_more_than_it_was_fed),
		LIE(rests_backwards),
		LIE(rests_on_most_of_the_ring),
		LIE(a_rendering_that_nobody_wants),
		LIE(too_long_a_rendering),
		LIE(more_than_was_said),
		LIE(little_by_little),
		LIE(bytes_of_another_rendering),
		LIE(hanging_up),
		LIE(saying_nothing),
		LIE(taking_nothing),
		LIE(dripping),
		LIE(one_behind_another),
		LIE(busy),
		LIE(busy_with_nothing),
		LIE(busy_between_bytes),
		LIE(prints_wait),
		LIE(a_print_that_is_never_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
