/* SPDX-License-Identifier: MIT */
/* What is attached to a session: sizes, input, terminals that stand still or are gone, and the end. */
#include "keeper_world.h"

#include "attachments.h"
#include "departures.h"

static unsigned
count_reports(uint32_t type)
{
	unsigned n = 0;

	while (world_report(type))
		n++;
	return n;
}

static void
resize(struct caller *c, unsigned short rows, unsigned short cols)
{
	struct winsize ws = { .ws_row = rows, .ws_col = cols };

	assert_int_equal(ioctl(c->screen, TIOCSWINSZ, &ws), 0);
	caller_say(c, ATTACH_MSG_WINCH);
}

static void
pty_is(unsigned rows, unsigned cols)
{
	struct winsize ws;

	turn_until(k.size.ws_row == rows && k.size.ws_col == cols);
	assert_int_equal(ioctl(k.master, TIOCGWINSZ, &ws), 0);
	assert_int_equal(ws.ws_row, rows);
	assert_int_equal(ws.ws_col, cols);
}

/* What was typed at C has come back to it. */
static void
type(struct caller *c, const char *line)
{
	assert_int_equal(write(c->screen, line, strlen(line)), strlen(line));
	assert_int_equal(write(c->screen, "\n", 1), 1);
	turn_until(strstr(caller_seen(c), line));
}

static void
the_pty_has_the_smallest_size_of_all(void **state)
{
	struct caller a, b, watcher;

	(void)state;
	world_open(false, false);
	k.init.size_policy = CONFIG_SIZE_SMALLEST;
	caller_attach(&a, ATTACH_MODE_FIRST, 0);
	resize(&a, 40, 100);
	pty_is(40, 100);
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	resize(&b, 50, 90);
	pty_is(40, 90);
	/* Typing has none either. */
	type(&b, "typed");
	pty_is(40, 90);
	/* A reader has no say. */
	caller_attach(&watcher, ATTACH_MODE_JOIN, ATTACH_FLAG_READONLY);
	resize(&watcher, 5, 5);
	turn();
	turn();
	pty_is(40, 90);
	caller_hang_up(&a);
	pty_is(50, 90);
	caller_hang_up(&b);
	caller_hang_up(&watcher);
	world_close();
}

static void
the_pty_has_the_largest_size_of_all(void **state)
{
	struct caller a, b, watcher;

	(void)state;
	world_open(false, false);
	k.init.size_policy = CONFIG_SIZE_LARGEST;
	caller_attach(&a, ATTACH_MODE_FIRST, 0);
	resize(&a, 40, 100);
	pty_is(40, 100);
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	resize(&b, 50, 90);
	pty_is(50, 100);
	caller_attach(&watcher, ATTACH_MODE_JOIN, ATTACH_FLAG_READONLY);
	resize(&watcher, 200, 200);
	turn();
	turn();
	pty_is(50, 100);
	caller_hang_up(&a);
	pty_is(50, 90);
	caller_hang_up(&b);
	caller_hang_up(&watcher);
	world_close();
}

static void
the_pty_has_the_size_of_the_terminal_that_typed_last(void **state)
{
	struct caller a, b, watcher;

	(void)state;
	world_open(false, false);
	caller_attach(&a, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&a), "ready"));
	resize(&a, 40, 100);
	pty_is(40, 100);
	/* One that comes is the latest. */
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	resize(&b, 50, 90);
	pty_is(50, 90);
	type(&a, "one");
	pty_is(40, 100);
	/* The other one's own size is kept for the moment in which it types. */
	resize(&b, 60, 200);
	turn();
	turn();
	pty_is(40, 100);
	type(&b, "two");
	pty_is(60, 200);
	/* A reader has no say, whatever is typed there. */
	caller_attach(&watcher, ATTACH_MODE_JOIN, ATTACH_FLAG_READONLY);
	resize(&watcher, 5, 5);
	assert_int_equal(write(watcher.screen, "three\n", 6), 6);
	turn();
	turn();
	pty_is(60, 200);
	caller_hang_up(&b);
	pty_is(40, 100);
	caller_hang_up(&a);
	caller_hang_up(&watcher);
	world_close();
}

/* It was shown what was drawn for another size; with its own one the session's screen is drawn anew, and only then. */
static void
a_terminal_that_has_the_size_again_is_shown_the_screen(void **state)
{
	struct caller a, b;
	const char *seen;

	(void)state;
	world_open(false, false);
	caller_attach(&a, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&a), "ready"));
	resize(&a, 40, 100);
	pty_is(40, 100);
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	resize(&b, 50, 150);
	pty_is(50, 150);
	turn_until(!k.peers.v[1]->wish);
	type(&b, "wide");
	caller_seen(&a);
	assert_true(k.peers.v[0]->askew && !k.peers.v[1]->askew);
	assert_int_equal(write(a.screen, "more", 4), 4);
	turn_until(k.size.ws_col == 100);
	turn_until(!k.peers.v[0]->wish && k.peers.v[0]->t.flow == TERMINAL_FLOWING);
	seen = caller_seen(&a);
	assert_non_null(strstr(seen, "ready"));
	assert_non_null(strstr(seen, "wide"));
	assert_true(!k.peers.v[0]->askew && k.peers.v[1]->askew);
	/* It has the size already: nothing is drawn. */
	type(&a, "again");
	assert_false(k.peers.v[0]->wish);
	caller_hang_up(&a);
	caller_hang_up(&b);
	world_close();
}

static void
keys_reach_the_program_and_output_everybody(void **state)
{
	struct caller a, b, watcher;

	(void)state;
	world_open(false, false);
	caller_attach(&a, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&a), "ready"));
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	caller_attach(&watcher, ATTACH_MODE_JOIN, ATTACH_FLAG_READONLY);
	for (int i = 0; i < 5; i++)
		turn();
	caller_seen(&b);
	caller_seen(&watcher);
	assert_int_equal(write(watcher.screen, "hidden\n", 7), 7);
	assert_int_equal(write(b.screen, "shown\n", 6), 6);
	turn_until(strstr(caller_seen(&a), "shown"));
	turn_until(strstr(caller_seen(&b), "shown"));
	turn_until(strstr(caller_seen(&watcher), "shown"));
	/* The one that was used last is the live one, and leads. */
	assert_ptr_equal(peers_live(&k), k.peers.v[1]);
	assert_ptr_equal(peers_leading(&k), k.peers.v[1]);
	for (uint64_t at = 0; at + 6 <= k.ring.head; at++)
		assert_memory_not_equal(ring_at(&k.ring, at), "hidden", 6);
	caller_hang_up(&a);
	caller_hang_up(&b);
	caller_hang_up(&watcher);
	world_close();
}

static void
a_drop_is_noted_once(void **state)
{
	struct caller a, b;

	(void)state;
	world_open(false, true);
	caller_attach(&a, ATTACH_MODE_FIRST, 0);
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	/* Later its shell says no more: what came behind the drop would be output since then. */
	turn_until(strstr(caller_seen(&a), "ready"));
	caller_hang_up(&a);
	turn_until(peers_attached(&k) == 1);
	assert_int_equal(k.dropped_at, 0);
	assert_int_equal(count_reports(LEADERMSG_GONE), 1);
	k.activity_ms = 1234;
	caller_hang_up(&b);
	turn_until(!k.peers.count);
	assert_true(k.dropped_at > 0);
	assert_int_equal(k.lost_used_ms, 1234);
	assert_int_equal(k.drop_offset, k.ring.head);
	assert_int_equal(count_reports(LEADERMSG_GONE), 1);
	world_close();
}

/* It is marked where it is noticed, and let go once; the others are not passed over. */
static void
those_that_go_at_once_are_let_go_once_each(void **state)
{
	struct caller c[6];

	(void)state;
	world_open(false, true);
	caller_attach(&c[0], ATTACH_MODE_FIRST, 0);
	for (unsigned i = 1; i < 6; i++)
		caller_attach(&c[i], ATTACH_MODE_JOIN, 0);
	count_reports(LEADERMSG_GONE);
	/* To two of them nothing can be said any more. */
	close(c[1].fd);
	close(c[4].fd);
	attachments_detach_all(&k, k.peers.v[2], ATTACH_WHY_DETACH);
	assert_int_equal(k.peers.gone, 5);
	assert_int_equal(peers_attached(&k), 1);
	assert_int_equal(k.peers.count, 6);
	departures_sweep(&k);
	assert_int_equal(k.peers.gone, 0);
	departures_sweep(&k);
	departures_free(&k);
	assert_int_equal(k.peers.count, 1);
	assert_int_equal(count_reports(LEADERMSG_GONE), 5);
	assert_int_equal(k.dropped_at, 0);
	caller_is_detached(&c[0], ATTACH_WHY_DETACH);
	caller_is_detached(&c[3], ATTACH_WHY_DETACH);
	caller_is_detached(&c[5], ATTACH_WHY_DETACH);
	c[1].fd = c[4].fd = -1;
	for (unsigned i = 0; i < 6; i++)
		caller_hang_up(&c[i]);
	world_close();
}

static void
a_terminal_is_left_as_it_was_found(void **state)
{
	struct termios before, now;
	struct caller c;

	(void)state;
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	assert_int_equal(tcgetattr(c.screen, &now), 0);
	assert_false(now.c_lflag & (ICANON | ECHO));
	before = k.peers.v[0]->t.saved;
	attachments_detach_all(&k, NULL, ATTACH_WHY_DETACH);
	/* At once, before its holdfast-login hears of it. */
	assert_int_equal(tcgetattr(c.screen, &now), 0);
	assert_int_equal(now.c_lflag, before.c_lflag);
	assert_int_equal(now.c_iflag, before.c_iflag);
	caller_is_detached(&c, ATTACH_WHY_DETACH);
	caller_hang_up(&c);
	world_close();
}

static void
a_terminal_that_hangs_up_is_told_that_it_is_dead(void **state)
{
	struct caller c;

	(void)state;
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	close(c.screen);
	c.screen = -1;
	caller_is_detached(&c, ATTACH_WHY_DEAD);
	turn_until(!k.peers.count);
	assert_true(k.dropped_at > 0);
	caller_hang_up(&c);
	world_close();
}

/* The program prints without end to a pipe that nobody reads. */
static void
one_that_stands_still_is_set_aside(void **state)
{
	struct caller c;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty -echo; read x; yes; sleep 1000");
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES);
	fcntl(c.out, F_SETPIPE_SZ, 4096);
	assert_int_equal(write(c.screen, "\n", 1), 1);
	turn_until(k.peers.v[0]->t.flow == TERMINAL_BLOCKED && k.slowed);
	assert_true(attachments_behind(&k, 4096));
	/* The program waits for it: no more is read. */
	assert_true(k.ring.head < 4 * 65536);
	k.init.stall_ms = 20;
	turn_until(k.peers.v[0]->t.flow == TERMINAL_ASIDE);
	/* It holds nobody up any more. */
	assert_false(attachments_behind(&k, 0));
	assert_false(peers_listen(&k));
	turn_until(k.ring.head > 16 * 65536);
	/* It moves again, and gets the screen instead of what it has missed. */
	turn_until((caller_seen(&c), k.peers.v[0]->t.flow != TERMINAL_ASIDE));
	turn_until(k.peers.v[0]->t.flow == TERMINAL_FLOWING || k.peers.v[0]->t.flow == TERMINAL_BLOCKED);
	assert_true(k.ring.head - k.peers.v[0]->t.offset <= k.ring.size);
	assert_true(peers_listen(&k));
	caller_hang_up(&c);
	world_close();
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

/* In the turn in which a terminal takes what it was behind, the program's next output is read. */
static void
one_that_has_caught_up_gets_more_in_the_same_turn(void **state)
{
	struct caller c;
	unsigned caught_up = 0;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty -echo; read x; yes; sleep 1000");
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES);
	fcntl(c.out, F_SETPIPE_SZ, 4096);
	assert_int_equal(write(c.screen, "\n", 1), 1);
	while (caught_up++ < 50) {
		uint64_t head;

		turn_until(k.slowed);
		head = k.ring.head;
		caller_seen(&c);
		turn();
		assert_true(k.ring.head > head || !k.slowed || attachments_behind(&k, 16384));
	}
	caller_hang_up(&c);
	world_close();
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

static void
all_output_comes_before_the_end(void **state)
{
	static char all[32768];
	struct attach_exit m;
	struct caller c;
	const unsigned char *msg;
	size_t len;

	(void)state;
	snprintf(world_command, sizeof world_command, "printf '%%12000s last' ''; exit 7");
	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES);
	fcntl(c.out, F_SETPIPE_SZ, 4096);
	turn_until(k.state == KEEPER_ENDING);
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(k.state, KEEPER_ENDING);
	assert_int_equal(caller_receive(&c, (unsigned char *)all, sizeof all), 0);
	for (len = 0; !memmem(all, len, " last", 5); len = strlen(all)) {
		turn();
		strcat(all, caller_seen(&c));
	}
	assert_int_equal(len, 12005);
	msg = caller_expect(&c, ATTACH_MSG_EXIT, &len);
	assert_int_equal(attach_decode_exit(&m, msg, len), 0);
	assert_int_equal(m.signaled, 0);
	assert_int_equal(m.value, 7);
	turn_until(world_report(LEADERMSG_ENDED));
	assert_int_equal(latest.number, 7 << 8);
	assert_int_equal(latest.kind, LEADERMSG_WHY_EXIT);
	assert_int_equal(k.state, KEEPER_OVER);
	/* Its going is no drop. */
	assert_int_equal(k.dropped_at, 0);
	caller_hang_up(&c);
	world_close();
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

/* Both in one turn: the attachment goes, and EXPIRE asks since when.  An earlier drop, long ago, is not the answer. */
static void
a_request_finds_the_session_without_those_that_have_gone(void **state)
{
	unsigned char buf[64];
	struct attach_refused m;
	struct caller c, asker;
	const unsigned char *msg;
	size_t len;

	(void)state;
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	/* Until then the shell's process may have what its parent had open. */
	turn_until(strstr(caller_seen(&c), "ready"));
	caller_connect(&asker);
	turn_until(k.peers.count == 2);
	k.dropped_at = clock_now_ms() - 3600000;
	caller_hang_up(&c);
	len = (size_t)attach_encode_number(ATTACH_MSG_EXPIRE, 100, buf, sizeof buf);
	caller_send(&asker, buf, len, NULL, 0);
	msg = caller_expect(&asker, ATTACH_MSG_ERROR, &len);
	assert_int_equal(attach_decode_refused(&m, msg, len), 0);
	assert_int_equal(m.code, ATTACH_REFUSAL_BUSY);
	assert_false(k.killed);
	caller_hang_up(&asker);
	world_close();
}

/* One more takes the place of the oldest that has claimed nothing; those that are attached stay. */
static void
connections_are_bounded(void **state)
{
	struct caller c, many[PEERS_MAX + 8];

	(void)state;
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	for (unsigned i = 0; i < PEERS_MAX + 8; i++) {
		caller_connect(&many[i]);
		turn();
		turn();
		assert_true(k.peers.count <= PEERS_MAX);
	}
	caller_is_closed(&many[0]);
	assert_int_equal(peers_attached(&k), 1);
	for (unsigned i = 0; i < PEERS_MAX + 8; i++)
		caller_hang_up(&many[i]);
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pty_has_the_smallest_size_of_all),
		cmocka_unit_test(the_pty_has_the_largest_size_of_all),
		cmocka_unit_test(the_pty_has_the_size_of_the_terminal_that_typed_last),
		cmocka_unit_test(a_terminal_that_has_the_size_again_is_shown_the_screen),
		cmocka_unit_test(keys_reach_the_program_and_output_everybody),
		cmocka_unit_test(a_drop_is_noted_once),
		cmocka_unit_test(those_that_go_at_once_are_let_go_once_each),
		cmocka_unit_test(a_terminal_is_left_as_it_was_found),
		cmocka_unit_test(a_terminal_that_hangs_up_is_told_that_it_is_dead),
		cmocka_unit_test(one_that_stands_still_is_set_aside),
		cmocka_unit_test(one_that_has_caught_up_gets_more_in_the_same_turn),
		cmocka_unit_test(all_output_comes_before_the_end),
		cmocka_unit_test(a_request_finds_the_session_without_those_that_have_gone),
		cmocka_unit_test(connections_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
