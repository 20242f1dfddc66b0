/* SPDX-License-Identifier: MIT */
/* A real painter answers for a terminal that is not there, and only then. */
#include "painter_world.h"

static void
answers_while_nobody_is_there(void **state)
{
	(void)state;
	world_raw();
	picture_attend(&k);
	world_print("\033[c");
	world_catch_up();
	assert_memory_equal(world_typed(), "\033[?", 3);
	world_catch_up();
	world_print("nothing asked");
	world_catch_up();
	assert_string_equal(world_typed(), "");
}

static void
leaves_answers_to_who_is_there(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	world_print("\033[c");
	/* The terminal has answered: some input came. */
	k.answered = k.ring.head;
	world_drop();
	world_print("x");
	world_catch_up();
	assert_string_equal(world_typed(), "");
}

static void
answers_for_a_dead_link(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	world_print("prompt");
	k.answered = k.ring.head;
	world_print("\033[c");
	world_drop();
	world_catch_up();
	assert_memory_equal(world_typed(), "\033[?", 3);
}

/* As the keeper does when it reads from the pty. */
static void
print_now(const char *text)
{
	uint64_t before = k.ring.head;

	world_print(text);
	picture_printed(&k, before);
}

/* All that was printed so far was printed MS before. */
static void
time_passes(unsigned ms)
{
	struct asked *a = &k.picture->asked;

	a->last_ms -= ms;
	for (unsigned i = 0; i < ASKED_MARKS; i++)
		if (a->mark[i].ms)
			a->mark[i].ms -= ms;
}

static void
answers_no_one_for_whom_it_is_too_late(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	print_now("\033[c");
	time_passes(ASKED_MS);
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "");
	world_attach();
	print_now("\033[c");
	time_passes(ASKED_MS / 2);
	world_drop();
	world_catch_up();
	assert_memory_equal(world_typed(), "\033[?", 3);
}

/* Of several queries those that are young, however the output between them was cut. */
static void
answers_what_is_not_too_late(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	print_now("\033[c");
	time_passes(ASKED_MS / 2);
	print_now("some output");
	time_passes(ASKED_MS / 4);
	print_now("\033[5n");
	time_passes(ASKED_MS / 2);
	print_now("more output");
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "\033[0n");
}

/* Output that never pauses: each mark is the next one's place in the end. */
static void
answers_what_is_not_too_late_in_a_stream(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	print_now("\033[c");
	for (int i = 0; i < 40; i++) {
		time_passes(ASKED_MS / 20);
		print_now(i == 30 ? "\033[5n" : "x");
	}
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "\033[0n");
}

static void
type_x(void)
{
	int n = 0;

	assert_int_equal(write(k.master, "x", 1), 1);
	k.typed = true;
	for (int i = 0; i < 500 && n == 0; i++) {
		usleep(2000);
		assert_int_equal(ioctl(k.slave, TIOCINQ, &n), 0);
	}
	assert_int_equal(n, 1);
}

static void
program_reads(void)
{
	char c;

	assert_int_equal(read(k.slave, &c, 1), 1);
}

/* The key was typed before the program asked, and is what it has read instead of an answer. */
static void
answers_no_program_that_has_read_since(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	type_x();
	print_now("\033[c");
	program_reads();
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "");
	world_attach();
	type_x();
	print_now("\033[c");
	program_reads();
	print_now("\033[5n");
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "\033[0n");
}

static void
answers_a_program_that_has_read_before(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	type_x();
	program_reads();
	print_now("\033[c");
	world_drop();
	world_catch_up();
	assert_memory_equal(world_typed(), "\033[?", 3);
}

/* Somebody is attached who never answers, and the painter follows past the query. */
static void
asks_and_floods(void)
{
	world_raw();
	world_attach();
	world_print("prompt");
	k.answered = k.ring.head;
	world_print("here\033[6n");
	for (int i = 0; i < 42000; i += 10)
		world_print("\r012345678");
	for (int i = 0; i < 400 && k.picture->at < k.answered + 30000; i++)
		world_turn(10);
	assert_true(k.picture->proc.pid > 0 && k.picture->at > k.answered + 30000);
}

/* With the cursor where it was at the query. */
static void
answers_for_a_dead_link_what_was_long_ago(void **state)
{
	(void)state;
	asks_and_floods();
	asked_begin(&k.picture->asked);
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "\033[1;11R");
	world_attach();
	world_drop();
	assert_string_equal(world_typed(), "");
}

static void
answers_for_a_dead_link_after_it_had_left(void **state)
{
	(void)state;
	asks_and_floods();
	for (int i = 0; i < 300 && k.picture->proc.pid; i++)
		world_turn(10);
	assert_int_equal(k.picture->proc.pid, 0);
	asked_begin(&k.picture->asked);
	world_drop();
	assert_string_equal(world_typed(), "\033[1;11R");
}

/* The next one reports the same query: it is answered once. */
static void
answers_for_a_dead_link_after_it_was_killed(void **state)
{
	(void)state;
	asks_and_floods();
	world_kill_painter(SIGKILL);
	for (int i = 0; i < 300 && k.picture->proc.pid; i++)
		world_turn(10);
	asked_begin(&k.picture->asked);
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "\033[1;11R");
	world_catch_up();
	assert_string_equal(world_typed(), "");
}

static void
leaves_answers_of_long_ago_to_who_gave_them(void **state)
{
	(void)state;
	asks_and_floods();
	k.answered = k.ring.head;
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "");
}

/* Nothing but queries, more than anybody would answer: the painter keeps up, and what is kept is bounded. */
static void
follows_a_flood_of_queries(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	for (int i = 0; i < 100000; i++) {
		while (!picture_has_room(&k))
			world_turn(10);
		world_print("\033[6n");
	}
	asked_begin(&k.picture->asked);
	assert_true(k.picture->proc.pid > 0 && !k.picture->lost);
	assert_uint_in_range(k.picture->kept.count, 1, ANSWERS_KEPT_COUNT);
	assert_uint_in_range(k.picture->kept.len, 1, ANSWERS_KEPT_BYTES);
	world_drop();
	world_catch_up();
	assert_false(k.picture->lost);
	assert_uint_in_range(strlen(world_typed()), 6, 4096);
}

/* The one who asked has gone, and the shell is back. */
static void
answers_no_later_prompt(void **state)
{
	(void)state;
	world_raw();
	world_attach();
	k.front.group = in_front + 100;
	world_print("\033[c");
	front_follow(&k.front, k.master, k.shell.pid, k.ring.head - 3, k.ring.head);
	picture_front_changed(&k);
	world_drop();
	world_catch_up();
	assert_string_equal(world_typed(), "");
	world_print("\033[c");
	world_catch_up();
	assert_string_equal(world_typed(), "");
}

#define REAL(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		REAL(answers_while_nobody_is_there),
		REAL(leaves_answers_to_who_is_there),
		REAL(answers_for_a_dead_link),
		REAL(answers_no_one_for_whom_it_is_too_late),
		REAL(answers_what_is_not_too_late),
		REAL(answers_what_is_not_too_late_in_a_stream),
		REAL(answers_no_program_that_has_read_since),
		REAL(answers_a_program_that_has_read_before),
		REAL(answers_for_a_dead_link_what_was_long_ago),
		REAL(answers_for_a_dead_link_after_it_had_left),
		REAL(answers_for_a_dead_link_after_it_was_killed),
		REAL(leaves_answers_of_long_ago_to_who_gave_them),
		REAL(follows_a_flood_of_queries),
		REAL(answers_no_later_prompt),
	};

	if (!painter_can_be_confined()) {
		puts("there is no painter on this machine");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
