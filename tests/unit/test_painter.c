/* SPDX-License-Identifier: MIT */
/* A real painter: renders, answers, is killed, stopped, leaves and comes back. */
#include "painter_world.h"

#include "attached.h"
#include "screen.h"
#include "show.h"

static struct client c;
static int screen = -1; /* what the client's terminal gets */

static void
attach(void)
{
	int out[2];

	assert_int_equal(pipe2(out, O_NONBLOCK | O_CLOEXEC), 0);
	fcntl(out[1], F_SETPIPE_SZ, 1 << 20);
	memset(&c, 0, sizeof c);
	c.keeper = &k;
	c.fd = -1;
	c.phase = CLIENT_ATTACHED;
	c.t = (struct terminal){ .in = open("/dev/null", O_RDONLY | O_CLOEXEC), .out = out[1], .pipes = true,
		                 .size = k.size, .offset = k.ring.head };
	screen = out[0];
	k.clients.v[0] = &c;
	k.clients.count = 1;
	painting_attend(&k);
}

static void
drop(void)
{
	k.clients.count = 0;
	terminal_close(&c.t);
	close(screen);
	painting_attend(&k);
}

static const char *
read_screen(void)
{
	static char text[262144];
	ssize_t n = read(screen, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* What a terminal is shown that attaches now. */
static const char *
resume(bool quiet)
{
	attach();
	show_screen(&c, SHOW_RESUMED, quiet);
	for (int i = 0; i < 400 && c.t.flow == TERMINAL_WAITING; i++)
		world_turn(10);
	assert_int_equal(c.t.flow, TERMINAL_FLOWING);
	assert_true(c.t.offset == k.ring.head);
	return read_screen();
}

static void
catch_up(void)
{
	for (int i = 0; i < 400 && k.painting.proc.pid && k.painting.at < k.ring.head; i++)
		world_turn(10);
}

/* It has done what it was told to. */
static void
catch_up_to_orders(void)
{
	for (int i = 0; i < 400 && k.painting.proc.pid && k.painting.at < k.painting.fed; i++)
		world_turn(10);
}

static size_t text_len;

static void
put_text(void *to, const void *bytes, size_t len)
{
	char *text = to;

	assert_true(text_len + len < 65536);
	memcpy(text + text_len, bytes, len);
	text_len += len;
	text[text_len] = '\0';
}

static void
shows_what_was_printed(void **state)
{
	const char *s;

	(void)state;
	world_print("hello world");
	s = resume(false);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "attached session"));
	assert_null(strstr(s, "rebuilt"));
	drop();
	s = resume(true);
	assert_non_null(strstr(s, "hello world"));
	assert_null(strstr(s, "session"));
	drop();
}

static void
killed_before(void **state)
{
	const char *s;

	(void)state;
	world_print("hello world");
	painting_attend(&k);
	catch_up();
	assert_true(k.painting.proc.pid > 0);
	kill(k.painting.proc.pid, SIGKILL);
	s = resume(false);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "screen rebuilt from recent output"));
	drop();
	assert_null(strstr(resume(false), "rebuilt"));
	drop();
}

static void
stopped_before(void **state)
{
	uint64_t start;
	const char *s;

	(void)state;
	world_print("hello world");
	painting_attend(&k);
	catch_up();
	kill(k.painting.proc.pid, SIGSTOP);
	start = clock_now_ms();
	s = resume(false);
	assert_in_range(clock_now_ms() - start, 0, 2500);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "rebuilt"));
	drop();
}

/* At any moment of a resume: what is shown in the end is whole. */
static void
killed_at_any_moment(void **state)
{
	(void)state;
	world_print("hello world\r\n");
	for (int i = 0; i < 200; i++)
		world_print("more lines than go into one message of a rendering, so that it comes in pieces\r\n");
	world_print("the end");
	for (int round = 0; round < 60; round++) {
		const char *s;

		attach();
		show_screen(&c, SHOW_RESUMED, false);
		for (int turn = 0; turn < 400 && c.t.flow == TERMINAL_WAITING; turn++) {
			if (turn == round % 6 && k.painting.proc.pid) {
				usleep((useconds_t)(round * 37 % 700));
				kill(k.painting.proc.pid, round % 2 ? SIGKILL : SIGSTOP);
			}
			world_turn(10);
		}
		assert_int_equal(c.t.flow, TERMINAL_FLOWING);
		s = read_screen();
		assert_non_null(strstr(s, "session"));
		assert_non_null(strstr(s, "the end"));
		assert_ptr_equal(strstr(strstr(s, "the end") + 1, "the end"), NULL);
		drop();
		k.painting.failures = 0;
		k.painting.not_before = 0;
	}
}

static void
shows_so_much_scrollback(const char *s)
{
	assert_non_null(strstr(s, "line 60"));
	assert_non_null(strstr(s, "line 33"));
	assert_null(strstr(s, "line 32"));
}

/* As many lines as were asked for, also of a painter that had to be started again. */
static void
keeps_its_scrollback(void **state)
{
	char line[32];

	(void)state;
	k.init.scrollback = 5;
	for (int i = 1; i <= 60; i++) {
		snprintf(line, sizeof line, "line %d\r\n", i);
		world_print(line);
	}
	shows_so_much_scrollback(resume(false));
	drop();
	assert_true(k.painting.proc.pid > 0);
	kill(k.painting.proc.pid, SIGKILL);
	shows_so_much_scrollback(resume(false));
	drop();
	for (int i = 0; i < 300 && k.painting.proc.pid; i++)
		world_turn(10);
	assert_int_equal(k.painting.proc.pid, 0);
	shows_so_much_scrollback(resume(false));
	drop();
}

/* One that dies again and again is left alone for a while; the screen is the ring's tail then. */
static void
dies_again_and_again(void **state)
{
	const char *s;

	(void)state;
	world_print("hello world\r\n");
	for (int i = 0; i < 6; i++) {
		painting_attend(&k);
		world_print("x");
		if (k.painting.proc.pid) {
			kill(k.painting.proc.pid, SIGKILL);
			for (int j = 0; j < 100 && k.painting.proc.pid; j++)
				world_turn(10);
		}
	}
	assert_true(k.painting.not_before > clock_now_ms());
	s = resume(false);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "rebuilt"));
	drop();
}

static void
leaves_and_comes_back(void **state)
{
	const char *s;

	(void)state;
	world_print("before ");
	painting_attend(&k);
	catch_up();
	for (int i = 0; i < 300 && k.painting.proc.pid; i++)
		world_turn(10);
	assert_int_equal(k.painting.proc.pid, 0);
	assert_non_null(k.painting.saved);
	assert_true(k.painting.base == k.ring.head);
	world_print("after");
	s = resume(false);
	assert_non_null(strstr(s, "before after"));
	assert_null(strstr(s, "rebuilt"));
	drop();
}

static void
follows_more_than_the_ring_holds(void **state)
{
	char line[64];
	const char *s;

	(void)state;
	painting_attend(&k);
	for (int i = 0; i < 20000; i++) {
		snprintf(line, sizeof line, "line %d\r\n", i);
		while (!painting_has_room(&k))
			world_turn(10);
		world_print(line);
	}
	catch_up();
	s = resume(false);
	assert_non_null(strstr(s, "line 19998"));
	assert_non_null(strstr(s, "line 19999"));
	assert_null(strstr(s, "rebuilt"));
	drop();
}

/* While somebody is attached it is woken when most of the ring is new, and not before. */
static void
follows_lazily_while_attached(void **state)
{
	(void)state;
	attach();
	for (int i = 0; i < 40000; i += 10)
		world_print("0123456789");
	assert_int_equal(k.painting.proc.pid, 0);
	for (int i = 0; i < 1000; i += 10)
		world_print("0123456789");
	assert_true(k.painting.proc.pid > 0);
	catch_up();
	assert_true(k.painting.fed >= 40000);
	drop();
}

/* Lines that scroll away are not eaten while nobody asks; what is shown when somebody does is right all the same. */
static void
passes_over_what_scrolls_away(void **state)
{
	static struct screen *s;
	static char text[65536];
	const char *shown;
	uint64_t told = 0;
	char line[64];
	unsigned rested = 0;

	(void)state;
	ring_close(&k.ring);
	assert_int_equal(ring_open(&k.ring, 1048576), 0);
	k.init.scrollback = 100;
	attach();
	for (int i = 0; i < 120000; i++) {
		snprintf(line, sizeof line, "\033[3%dmline\033[m %d of many\r\n", i % 8, i);
		world_print(line);
		if (k.painting.fed > k.painting.at)
			told = k.painting.fed;
		catch_up_to_orders();
		rested += told && k.painting.fed < told;
	}
	assert_true(rested > 0);
	drop();
	catch_up();
	shown = resume(true);
	s = screen_new(k.size.ws_row, k.size.ws_col, 1000);
	screen_feed(s, shown, strlen(shown));
	text_len = 0;
	screen_text(s, true, put_text, text);
	screen_free(s);
	assert_null(strstr(text, "line 119800 "));
	for (int i = 119950; i < 120000; i++) {
		snprintf(line, sizeof line, "\nline %d of many\n", i);
		assert_non_null(strstr(text, line));
	}
	drop();
}

static void
answers_while_nobody_is_there(void **state)
{
	(void)state;
	world_raw();
	painting_attend(&k);
	world_print("\033[c");
	catch_up();
	assert_memory_equal(world_typed(), "\033[?", 3);
	catch_up();
	world_print("nothing asked");
	catch_up();
	assert_string_equal(world_typed(), "");
}

static void
leaves_answers_to_who_is_there(void **state)
{
	(void)state;
	world_raw();
	attach();
	world_print("\033[c");
	/* The terminal has answered: some input came. */
	k.answered = k.ring.head;
	drop();
	world_print("x");
	catch_up();
	assert_string_equal(world_typed(), "");
}

static void
answers_for_a_dead_link(void **state)
{
	(void)state;
	world_raw();
	attach();
	world_print("prompt");
	k.answered = k.ring.head;
	world_print("\033[c");
	drop();
	catch_up();
	assert_memory_equal(world_typed(), "\033[?", 3);
}

/* Somebody is attached who never answers, and the painter follows past the query. */
static void
asks_and_floods(void)
{
	world_raw();
	attach();
	world_print("prompt");
	k.answered = k.ring.head;
	world_print("here\033[6n");
	for (int i = 0; i < 42000; i += 10)
		world_print("\r012345678");
	for (int i = 0; i < 400 && k.painting.at < k.answered + 30000; i++)
		world_turn(10);
	assert_true(k.painting.proc.pid > 0 && k.painting.at > k.answered + 30000);
}

/* With the cursor where it was at the query. */
static void
answers_for_a_dead_link_what_was_long_ago(void **state)
{
	(void)state;
	asks_and_floods();
	drop();
	catch_up();
	assert_string_equal(world_typed(), "\033[1;11R");
	attach();
	drop();
	assert_string_equal(world_typed(), "");
}

static void
answers_for_a_dead_link_after_it_had_left(void **state)
{
	(void)state;
	asks_and_floods();
	for (int i = 0; i < 300 && k.painting.proc.pid; i++)
		world_turn(10);
	assert_int_equal(k.painting.proc.pid, 0);
	drop();
	assert_string_equal(world_typed(), "\033[1;11R");
}

/* The next one reports the same query: it is answered once. */
static void
answers_for_a_dead_link_after_it_was_killed(void **state)
{
	(void)state;
	asks_and_floods();
	kill(k.painting.proc.pid, SIGKILL);
	for (int i = 0; i < 300 && k.painting.proc.pid; i++)
		world_turn(10);
	drop();
	catch_up();
	assert_string_equal(world_typed(), "\033[1;11R");
	catch_up();
	assert_string_equal(world_typed(), "");
}

static void
leaves_answers_of_long_ago_to_who_gave_them(void **state)
{
	(void)state;
	asks_and_floods();
	k.answered = k.ring.head;
	drop();
	catch_up();
	assert_string_equal(world_typed(), "");
}

/* Nothing but queries, more than anybody would answer: the painter keeps up, and what is kept is bounded. */
static void
follows_a_flood_of_queries(void **state)
{
	(void)state;
	world_raw();
	attach();
	for (int i = 0; i < 100000; i++) {
		while (!painting_has_room(&k))
			world_turn(10);
		world_print("\033[6n");
	}
	assert_true(k.painting.proc.pid > 0 && !k.painting.lost);
	assert_in_range(k.painting.unanswered.count, 1, UNANSWERED_COUNT);
	assert_in_range(k.painting.unanswered.len, 1, UNANSWERED_BYTES);
	drop();
	catch_up();
	assert_false(k.painting.lost);
	assert_in_range(strlen(world_typed()), 6, 4096);
}

/* The one who asked has gone, and the shell is back. */
static void
answers_no_later_prompt(void **state)
{
	(void)state;
	world_raw();
	attach();
	k.front.group = in_front + 100;
	world_print("\033[c");
	front_follow(&k.front, k.master, k.shell, k.ring.head - 3, k.ring.head);
	painting_front_changed(&k);
	drop();
	catch_up();
	assert_string_equal(world_typed(), "");
	world_print("\033[c");
	catch_up();
	assert_string_equal(world_typed(), "");
}

static void
says_how_to_leave(void **state)
{
	unsigned char *bytes;
	size_t len;

	(void)state;
	world_print("\033[?1000h\033[?2004h");
	assert_int_equal(painting_leave(&k, &bytes, &len), 0);
	assert_true(len > 0);
	free(bytes);
	kill(k.painting.proc.pid, SIGSTOP);
	assert_int_equal(painting_leave(&k, &bytes, &len), -ETIMEDOUT);
}

#define REAL(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		REAL(shows_what_was_printed),
		REAL(killed_before),
		REAL(stopped_before),
		REAL(killed_at_any_moment),
		REAL(keeps_its_scrollback),
		REAL(dies_again_and_again),
		REAL(leaves_and_comes_back),
		REAL(follows_more_than_the_ring_holds),
		REAL(follows_lazily_while_attached),
		REAL(passes_over_what_scrolls_away),
		REAL(answers_while_nobody_is_there),
		REAL(leaves_answers_to_who_is_there),
		REAL(answers_for_a_dead_link),
		REAL(answers_for_a_dead_link_what_was_long_ago),
		REAL(answers_for_a_dead_link_after_it_had_left),
		REAL(answers_for_a_dead_link_after_it_was_killed),
		REAL(leaves_answers_of_long_ago_to_who_gave_them),
		REAL(follows_a_flood_of_queries),
		REAL(answers_no_later_prompt),
		REAL(says_how_to_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
