/* SPDX-License-Identifier: MIT */
/* What follows when nobody types: IdleDetach, and the terminal's atime, by which logind ends sessions. */
#include "keeper_world.h"

#include <sys/stat.h>
#include <time.h>

#include "idle.h"

static void
rule(uint32_t detach_s, uint32_t logind_s)
{
	struct leadermsg_idle m = { detach_s, logind_s };
	unsigned char buf[16];
	int len = leadermsg_encode_idle(&m, buf, sizeof buf);

	assert_int_equal(send(leader, buf, (size_t)len, 0), len);
	turn_until(k.idle.detach_s == detach_s && k.idle.logind_s == logind_s);
}

/* A session with C attached to it. */
static void
open_attached(const char *line, struct caller *c)
{
	snprintf(world_command, sizeof world_command, "%s", line);
	world_open(false, true);
	caller_attach(c, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(c), "ready"));
}

static void
drop(struct caller *c)
{
	caller_hang_up(c);
	turn_until(!k.peers.count);
}

/* The terminal's atime, in seconds from now. */
static long
ahead(void)
{
	struct stat st;

	assert_int_equal(stat(k.init.tty, &st), 0);
	return (long)(st.st_atim.tv_sec - time(NULL));
}

static bool
is_far_ahead(void)
{
	return ahead() > 300 * 86400L;
}

/* The last input at each terminal was so much longer ago. */
static void
pass(uint64_t ms)
{
	struct peer *peer;

	turn();
	for (unsigned i = 0; (peer = peers_next_attached(&k, &i));)
		peer->typed_at -= ms;
}

/* C was detached; after what time without input. */
static void
is_put_out(struct caller *c, const char *after)
{
	struct attach_detached m;
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_DETACHED, &len);

	assert_int_equal(attach_decode_detached(&m, msg, len), 0);
	assert_int_equal(m.reason, ATTACH_WHY_IDLE);
	assert_string_equal(m.target, after);
}

static void
nothing_follows_without_a_rule(void **state)
{
	struct caller c;

	(void)state;
	open_attached("echo ready; exec cat", &c);
	pass(86400000);
	turn();
	assert_int_equal(peers_attached(&k), 1);
	drop(&c);
	turn();
	assert_false(is_far_ahead());
	assert_int_equal(k.idle.reads, -1);
	world_close();
}

static void
a_terminal_without_input_is_put_out(void **state)
{
	struct caller c;

	(void)state;
	open_attached("stty -echo; echo ready; exec cat", &c);
	rule(900, CONFIG_NONE);
	pass(899000);
	turn();
	assert_int_equal(peers_attached(&k), 1);
	/* A key counts. */
	assert_int_equal(write(c.screen, "x\n", 2), 2);
	turn_until(strstr(caller_seen(&c), "x"));
	pass(899000);
	turn();
	assert_int_equal(peers_attached(&k), 1);
	pass(1000);
	is_put_out(&c, "15m");
	turn_until(world_report(LEADERMSG_GONE));
	assert_int_equal(latest.kind, ATTACH_WHY_IDLE);
	assert_int_equal(k.state, KEEPER_RUNNING);
	assert_true(k.dropped_at > 0);
	/* The next login has all of the time again. */
	caller_hang_up(&c);
	caller_attach(&c, ATTACH_MODE_AUTO, 0);
	pass(899000);
	turn();
	assert_int_equal(peers_attached(&k), 1);
	drop(&c);
	assert_true(world_report(LEADERMSG_GONE));
	assert_int_equal(latest.kind, 0);
	world_close();
}

static void
each_terminal_has_its_own_time(void **state)
{
	struct caller a, b;

	(void)state;
	open_attached("stty -echo; echo ready; exec cat", &a);
	caller_attach(&b, ATTACH_MODE_JOIN, 0);
	rule(60, CONFIG_NONE);
	pass(59000);
	assert_int_equal(write(b.screen, "x\n", 2), 2);
	turn_until(strstr(caller_seen(&b), "x"));
	pass(1000);
	is_put_out(&a, "1m");
	assert_int_equal(peers_attached(&k), 1);
	caller_hang_up(&a);
	drop(&b);
	world_close();
}

static void
the_sooner_of_the_two_counts(void **state)
{
	struct caller c;

	(void)state;
	open_attached("echo ready; exec cat", &c);
	/* logind looks after 900 seconds: half a minute before that. */
	rule(3600, 900);
	pass(869000);
	turn();
	assert_int_equal(peers_attached(&k), 1);
	pass(1000);
	is_put_out(&c, "14m 30s");
	caller_hang_up(&c);
	/* A short time is halved. */
	caller_attach(&c, ATTACH_MODE_AUTO, 0);
	rule(CONFIG_NONE, 10);
	pass(5000);
	is_put_out(&c, "5s");
	caller_hang_up(&c);
	caller_attach(&c, ATTACH_MODE_AUTO, 0);
	rule(3, 900);
	pass(3000);
	is_put_out(&c, "3s");
	caller_hang_up(&c);
	world_close();
}

static void
a_dropped_session_is_ahead(void **state)
{
	struct caller c;

	(void)state;
	open_attached("stty -echo; echo ready; exec cat", &c);
	rule(CONFIG_NONE, 900);
	turn();
	assert_true(labs(ahead()) < 10);
	drop(&c);
	turn();
	assert_true(is_far_ahead());
	assert_true(k.idle.reads >= 0);
	/* Nothing wakes the keeper up. */
	assert_true(k.idle.look_at == CLOCK_NEVER);
	caller_attach(&c, ATTACH_MODE_AUTO, 0);
	turn();
	assert_true(labs(ahead()) < 10);
	assert_int_equal(k.idle.reads, -1);
	drop(&c);
	turn();
	assert_true(is_far_ahead());
	/* logind has another setting since. */
	rule(CONFIG_NONE, CONFIG_NONE);
	turn();
	assert_true(labs(ahead()) < 10);
	world_close();
}

/* What was typed before the drop is read after it. */
static void
a_read_does_not_take_it_back(void **state)
{
	int go[2];
	char line[64];
	struct caller c;

	(void)state;
	assert_int_equal(pipe(go), 0);
	snprintf(line, sizeof line, "echo ready; read x </proc/%ld/fd/%d; read y; exec cat", (long)getpid(), go[0]);
	open_attached(line, &c);
	rule(CONFIG_NONE, 900);
	assert_int_equal(write(c.screen, "typed ahead\n", 12), 12);
	turn_until(k.heard_ms);
	drop(&c);
	turn();
	assert_true(is_far_ahead());
	/* From here on an earlier atime is the read's. */
	assert_int_equal(futimens(k.slave, (struct timespec[]){ { .tv_sec = 1 }, { .tv_nsec = UTIME_OMIT } }), 0);
	assert_int_equal(write(go[1], "\n", 1), 1);
	turn_until(is_far_ahead());
	close(go[0]);
	close(go[1]);
	world_close();
}

/* The kernel has no more watches for this user; or a program has read by another name of the terminal. */
static void
without_a_watch_it_is_looked_at(void **state)
{
	struct caller c;

	(void)state;
	open_attached("stty -echo; echo ready; exec cat", &c);
	rule(CONFIG_NONE, 900);
	drop(&c);
	turn();
	k.fed_ms = clock_now_ms();
	turn();
	assert_true(k.idle.look_at > clock_now_ms() + 290000 && k.idle.look_at <= clock_now_ms() + 300000);
	assert_int_equal(futimens(k.slave, (struct timespec[]){ { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } }), 0);
	k.idle.look_at = clock_now_ms();
	turn();
	assert_true(is_far_ahead());
	assert_true(k.idle.look_at == CLOCK_NEVER);
	idle_close(&k);
	k.idle.look_at = clock_now_ms();
	turn();
	assert_true(k.idle.look_at > clock_now_ms() + 290000);
	world_close();
}

/* A program that reads nothing does not make a person idle who types. */
static void
typing_moves_it(void **state)
{
	struct caller c;

	(void)state;
	open_attached("stty -echo; echo ready; exec sleep 1000", &c);
	rule(CONFIG_NONE, 900);
	turn();
	pass(11000);
	k.idle.set_ms = clock_now_ms() - 11000;
	assert_int_equal(futimens(k.slave, (struct timespec[]){ { .tv_sec = 1 }, { .tv_nsec = UTIME_OMIT } }), 0);
	turn();
	assert_true(ahead() < -86400);
	assert_int_equal(write(c.screen, "x", 1), 1);
	turn_until(labs(ahead()) < 10);
	drop(&c);
	world_close();
}

/* A keeper that goes on for another one: from the state alone. */
static void
a_new_keeper_finds_it(void **state)
{
	struct caller c;

	(void)state;
	open_attached("stty -echo; echo ready; exec cat", &c);
	rule(CONFIG_NONE, 900);
	drop(&c);
	turn();
	idle_close(&k);
	idle_open(&k);
	assert_int_equal(futimens(k.slave, (struct timespec[]){ { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } }), 0);
	rule(CONFIG_NONE, 900);
	turn();
	assert_true(is_far_ahead());
	idle_close(&k);
	idle_open(&k);
	caller_attach(&c, ATTACH_MODE_AUTO, 0);
	rule(CONFIG_NONE, 900);
	turn();
	assert_true(labs(ahead()) < 10);
	drop(&c);
	world_close();
}

/* An attachment that comes back by itself is no person who has logged in: its time goes on. */
static void
coming_back_is_no_input(void **state)
{
	struct caller c;
	struct peer *peer;
	unsigned i = 0;

	(void)state;
	open_attached("stty -echo; echo ready; exec cat", &c);
	rule(900, CONFIG_NONE);
	turn();
	peer = peers_next_attached(&k, &i);
	peer->claim.mode = ATTACH_MODE_AGAIN;
	peer->typed_at = 0;
	k.heard_ms = clock_date_ms() - 600000;
	turn();
	assert_true(labs((long)(clock_now_ms() - peer->typed_at) - 600000) < 5000);
	/* But there is a moment for what was typed while it was away. */
	peer->typed_at = 0;
	k.heard_ms = clock_date_ms() - 86400000;
	turn();
	assert_int_equal(peers_attached(&k), 1);
	assert_true(clock_now_ms() - peer->typed_at > 895000);
	is_put_out(&c, "15m");
	caller_hang_up(&c);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_follows_without_a_rule),
		cmocka_unit_test(a_terminal_without_input_is_put_out),
		cmocka_unit_test(each_terminal_has_its_own_time),
		cmocka_unit_test(the_sooner_of_the_two_counts),
		cmocka_unit_test(a_dropped_session_is_ahead),
		cmocka_unit_test(a_read_does_not_take_it_back),
		cmocka_unit_test(without_a_watch_it_is_looked_at),
		cmocka_unit_test(typing_moves_it),
		cmocka_unit_test(a_new_keeper_finds_it),
		cmocka_unit_test(coming_back_is_no_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
