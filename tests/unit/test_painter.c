/* SPDX-License-Identifier: MIT */
/* A real painter: renders, is killed, stopped, leaves and comes back. */
#include "painter_world.h"

#include "screen.h"
#include "redraw.h"

static const char *
read_screen(void)
{
	static char text[262144];
	ssize_t n = read(world_screen, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* What a terminal is shown that attaches now. */
static const char *
resume(bool quiet)
{
	world_attach();
	redraw_screen(&world_peer, REDRAW_RESUMED, quiet);
	for (int i = 0; i < 400 && world_peer.t.flow == TERMINAL_WAITING; i++)
		world_turn(10);
	assert_int_equal(world_peer.t.flow, TERMINAL_FLOWING);
	assert_true(world_peer.t.offset == k.ring.head);
	return read_screen();
}

/* It has done what it was told to. */
static void
catch_up_to_orders(void)
{
	for (int i = 0; i < 400 && k.picture->proc.pid && k.picture->at < k.picture->fed; i++)
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
	world_drop();
	s = resume(true);
	assert_non_null(strstr(s, "hello world"));
	assert_null(strstr(s, "session"));
	world_drop();
}

static void
killed_before(void **state)
{
	const char *s;

	(void)state;
	world_print("hello world");
	picture_attend(&k);
	world_catch_up();
	world_kill_painter(SIGKILL);
	s = resume(false);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "screen rebuilt from recent output"));
	world_drop();
	assert_null(strstr(resume(false), "rebuilt"));
	world_drop();
}

static void
stopped_before(void **state)
{
	const char *s;

	(void)state;
	world_print("hello world");
	picture_attend(&k);
	world_catch_up();
	world_kill_painter(SIGSTOP);
	s = resume(false);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "rebuilt"));
	world_drop();
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

		world_attach();
		redraw_screen(&world_peer, REDRAW_RESUMED, false);
		for (int turn = 0; turn < 400 && world_peer.t.flow == TERMINAL_WAITING; turn++) {
			if (turn == round % 6 && k.picture->proc.pid) {
				usleep((useconds_t)(round * 37 % 700));
				world_kill_painter(round % 2 ? SIGKILL : SIGSTOP);
			}
			world_turn(10);
		}
		assert_int_equal(world_peer.t.flow, TERMINAL_FLOWING);
		s = read_screen();
		assert_non_null(strstr(s, "session"));
		assert_non_null(strstr(s, "the end"));
		assert_ptr_equal(strstr(strstr(s, "the end") + 1, "the end"), NULL);
		world_drop();
		k.picture->failures = 0;
		k.picture->not_before = 0;
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
	world_drop();
	world_kill_painter(SIGKILL);
	shows_so_much_scrollback(resume(false));
	world_drop();
	for (int i = 0; i < 300 && k.picture->proc.pid; i++)
		world_turn(10);
	assert_int_equal(k.picture->proc.pid, 0);
	shows_so_much_scrollback(resume(false));
	world_drop();
}

/* One that dies again and again is left alone for a while; the screen is the ring's tail then. */
static void
dies_again_and_again(void **state)
{
	const char *s;

	(void)state;
	world_print("hello world\r\n");
	for (int i = 0; i < 6; i++) {
		picture_attend(&k);
		world_print("x");
		if (k.picture->proc.pid) {
			world_kill_painter(SIGKILL);
			for (int j = 0; j < 100 && k.picture->proc.pid; j++)
				world_turn(10);
		}
	}
	assert_true(k.picture->not_before > clock_now_ms());
	s = resume(false);
	assert_non_null(strstr(s, "hello world"));
	assert_non_null(strstr(s, "rebuilt"));
	world_drop();
}

static void
leaves_and_comes_back(void **state)
{
	const char *s;

	(void)state;
	world_print("before ");
	picture_attend(&k);
	world_catch_up();
	for (int i = 0; i < 300 && k.picture->proc.pid; i++)
		world_turn(10);
	assert_int_equal(k.picture->proc.pid, 0);
	assert_non_null(k.picture->saved);
	assert_true(k.picture->base == k.ring.head);
	world_print("after");
	s = resume(false);
	assert_non_null(strstr(s, "before after"));
	assert_null(strstr(s, "rebuilt"));
	world_drop();
}

static void
follows_more_than_the_ring_holds(void **state)
{
	char line[64];
	const char *s;

	(void)state;
	picture_attend(&k);
	for (int i = 0; i < 20000; i++) {
		snprintf(line, sizeof line, "line %d\r\n", i);
		while (!picture_has_room(&k))
			world_turn(10);
		world_print(line);
	}
	world_catch_up();
	s = resume(false);
	assert_non_null(strstr(s, "line 19998"));
	assert_non_null(strstr(s, "line 19999"));
	assert_null(strstr(s, "rebuilt"));
	world_drop();
}

/* While somebody is attached it is woken when most of the ring is new, and not before. */
static void
follows_lazily_while_attached(void **state)
{
	(void)state;
	world_attach();
	for (int i = 0; i < 40000; i += 10)
		world_print("0123456789");
	assert_int_equal(k.picture->proc.pid, 0);
	for (int i = 0; i < 1000; i += 10)
		world_print("0123456789");
	assert_true(k.picture->proc.pid > 0);
	world_catch_up();
	assert_true(k.picture->fed >= 40000);
	world_drop();
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
	world_attach();
	for (int i = 0; i < 120000; i++) {
		snprintf(line, sizeof line, "\033[3%dmline\033[m %d of many\r\n", i % 8, i);
		world_print(line);
		if (k.picture->fed > k.picture->at)
			told = k.picture->fed;
		catch_up_to_orders();
		rested += told && k.picture->fed < told;
	}
	assert_true(rested > 0);
	world_drop();
	world_catch_up();
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
	world_drop();
}

/* On a busy machine the keeper may not wait as long as the painter takes: a login goes on without it then. */
static void
says_how_to_leave(void **state)
{
	unsigned char *bytes;
	size_t len;
	int rc = -ETIMEDOUT;

	(void)state;
	world_print("\033[?1000h\033[?2004h");
	picture_attend(&k);
	world_catch_up();
	for (int i = 0; i < 100 && rc == -ETIMEDOUT; i++)
		rc = picture_leave(&k, &(struct termcan){ .can = 0 }, &bytes, &len);
	assert_int_equal(rc, 0);
	assert_true(len > 0);
	free(bytes);
	world_kill_painter(SIGSTOP);
	assert_int_equal(picture_leave(&k, &(struct termcan){ .can = 0 }, &bytes, &len), -ETIMEDOUT);
}

static void
never_printed(void *object, unsigned char *bytes, size_t len)
{
	(void)object;
	(void)len;
	free(bytes);
}

/* The next message of the painter, past the keeper. */
static void
painter_says(struct paint_reply *m)
{
	static unsigned char buf[PAINT_REPLY_MAX];
	struct pollfd fd = { .fd = k.picture->proc.fd, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&fd, 1, 60000), 1);
	n = recv(k.picture->proc.fd, buf, sizeof buf, 0);
	assert_true(n > 0);
	assert_int_equal(paint_decode_reply(m, buf, (size_t)n), 0);
}

/* A print of more than there may be: the painter says that it is at work, and looks at few lines that it leaves out. */
static void
a_long_print_is_work_that_shows(void **state)
{
	struct paint_order order = { .type = PAINT_TEXT, .flags = PAINT_PRINT | PAINT_HTML };
	struct paint_reply m = { .type = PAINT_BUSY };
	unsigned count = 0;

	(void)state;
	k.init.scrollback = 8000;
	for (unsigned y = 0; y < 6000; y++) {
		world_print("\033[1;2;3;4;9;53m");
		for (unsigned x = 0; x < 40; x++)
			world_print("\033[31mx\033[32my");
		world_print("\033[m\r\n");
		if (y % 100 == 99)
			picture_feed(&k);
		if (y % 100 == 99)
			world_catch_up();
	}
	assert_true(k.picture->at == k.ring.head);
	order.offset = k.ring.head;
	assert_int_equal(picture_print(&k, &order, never_printed, &k), 0);
	for (; m.type == PAINT_BUSY; count++)
		painter_says(&m);
	assert_int_equal(m.type, PAINT_TOTAL);
	assert_in_range(m.number, PAINT_RENDER_MAX / 4, PAINT_RENDER_MAX);
	assert_in_range(count, m.number / PAINT_BUSY_STEP, 4 * (PAINT_RENDER_MAX / PAINT_BUSY_STEP));
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
		REAL(a_long_print_is_work_that_shows),
		REAL(says_how_to_leave),
	};

	if (!painter_can_be_confined()) {
		puts("there is no painter on this machine");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
