/* SPDX-License-Identifier: MIT */
/* What ends a session that nobody comes back to: DetachedTimeout and IdleShellTimeout. */
#include "keeper_world.h"

#include "expiry.h"
#include "session.h"

/* A session that has been dropped just now, with LINE in its pty. */
static void
open_dropped(const char *line)
{
	struct caller c;

	snprintf(world_command, sizeof world_command, "%s", line);
	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&c), "ready"));
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	assert_true(k.dropped_at > 0);
}

/* So much time passes. */
static void
pass(uint64_t ms)
{
	k.dropped_at -= ms;
}

static void
nothing_is_due_without_a_timeout(void **state)
{
	(void)state;
	open_dropped("echo ready; exec cat");
	assert_true(expiry_due(&k) == CLOCK_NEVER);
	assert_true(session_kept_until(&k, 5) == CLOCK_NEVER);
	pass(UINT64_C(1000) * 86400 * 400);
	expiry_turn(&k);
	assert_true(k.kill_at == CLOCK_NEVER);
	world_close();
}

static void
a_detached_session_ends_in_time(void **state)
{
	(void)state;
	open_dropped("echo ready; exec cat");
	k.init.detached_s = 60;
	assert_true(expiry_due(&k) == k.dropped_at + 60000);
	pass(59000);
	expiry_turn(&k);
	assert_false(k.killed);
	pass(1000);
	turn_until(world_report(LEADERMSG_ENDED));
	assert_int_equal(latest.kind, LEADERMSG_WHY_DETACHED);
	assert_int_equal(latest.number, SIGHUP);
	assert_int_equal(k.state, KEEPER_OVER);
	world_close();
}

static void
nobody_s_session_ends_while_somebody_is_there(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller c;
	size_t len;

	(void)state;
	open_dropped("echo ready; exec cat");
	k.init.detached_s = 60;
	assert_true(expiry_due(&k) != CLOCK_NEVER);
	/* From the claim on, which is somebody who is just coming back. */
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	assert_true(expiry_due(&k) == CLOCK_NEVER);
	assert_int_equal(expiry_away_s(&k), -1);
	world_vouch(true, &alice);
	caller_expect(&c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k));
	pass(3600000);
	assert_true(expiry_due(&k) == CLOCK_NEVER);
	assert_int_equal(expiry_away_s(&k), -1);
	expiry_turn(&k);
	assert_false(k.killed);
	/* The time begins anew with the next drop. */
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	assert_true(expiry_due(&k) > clock_now_ms() + 50000);
	assert_int_equal(expiry_away_s(&k), 0);
	world_close();
}

/* Both in one turn: the last attachment goes, and the session was dropped long ago for the last time. */
static void
an_old_drop_does_not_count(void **state)
{
	struct caller c;

	(void)state;
	open_dropped("echo ready; exec cat");
	caller_attach(&c, ATTACH_MODE_AUTO, 0);
	k.init.detached_s = 60;
	pass(3600000);
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	assert_false(k.killed);
	assert_int_equal(expiry_away_s(&k), 0);
	world_close();
}

static void
an_idle_shell_ends(void **state)
{
	(void)state;
	/* The shell is in front, and waits for input. */
	open_dropped("echo ready; read x");
	k.init.idle_shell_s = 60;
	k.idle_after_ms = 60000;
	assert_true(expiry_due(&k) == k.dropped_at + 60000);
	pass(60000);
	turn_until(world_report(LEADERMSG_ENDED));
	assert_int_equal(latest.kind, LEADERMSG_WHY_IDLE);
	world_close();
}

static void
a_shell_with_a_job_is_looked_at_again(void **state)
{
	uint64_t due;

	(void)state;
	open_dropped("sleep 1000 & echo ready; read x");
	k.init.idle_shell_s = 60;
	k.idle_after_ms = 60000;
	pass(60000);
	expiry_turn(&k);
	assert_false(k.killed);
	due = expiry_due(&k);
	assert_true(due > clock_now_ms() + 50000 && due <= clock_now_ms() + 60000);
	/* Also after a long sleep of the machine: once, and not for each minute of that. */
	pass(86400000);
	expiry_turn(&k);
	assert_false(k.killed);
	assert_true(expiry_due(&k) > clock_now_ms() + 50000);
	world_close();
}

static void
the_sooner_of_the_two_counts(void **state)
{
	(void)state;
	open_dropped("echo ready; exec cat");
	k.init.detached_s = 600;
	k.init.idle_shell_s = 60;
	k.idle_after_ms = 60000;
	assert_true(expiry_due(&k) == k.dropped_at + 60000);
	k.init.detached_s = 10;
	assert_true(expiry_due(&k) == k.dropped_at + 10000);
	/* One that is being ended is not ended again. */
	k.kill_at = clock_now_ms() + 1000;
	assert_true(expiry_due(&k) == CLOCK_NEVER);
	assert_int_equal(expiry_away_s(&k), -1);
	k.kill_at = CLOCK_NEVER;
	world_close();
}

static void
expire_is_a_look_and_a_deed(void **state)
{
	unsigned char buf[64];
	struct attach_refused m;
	const unsigned char *msg;
	struct caller c;
	size_t len;

	(void)state;
	open_dropped("echo ready; exec cat");
	caller_connect(&c);
	len = (size_t)attach_encode_number(ATTACH_MSG_EXPIRE, 100, buf, sizeof buf);
	pass(99000);
	caller_send(&c, buf, len, NULL, 0);
	msg = caller_expect(&c, ATTACH_MSG_ERROR, &len);
	assert_int_equal(attach_decode_refused(&m, msg, len), 0);
	assert_int_equal(m.code, ATTACH_REFUSAL_BUSY);
	assert_false(k.killed);
	pass(1000);
	len = (size_t)attach_encode_number(ATTACH_MSG_EXPIRE, 100, buf, sizeof buf);
	caller_send(&c, buf, len, NULL, 0);
	caller_expect(&c, ATTACH_MSG_DONE, &len);
	turn_until(k.state == KEEPER_OVER);
	caller_hang_up(&c);
	world_close();
}

/* A shell that minds no SIGHUP is killed, in time. */
static void
a_shell_that_does_not_end_is_killed(void **state)
{
	(void)state;
	open_dropped("trap '' HUP; echo ready; while read x; do :; done");
	k.init.detached_s = 60;
	pass(60000);
	turn_until(k.killed);
	assert_int_equal(k.state, KEEPER_RUNNING);
	assert_true(k.kill_at != CLOCK_NEVER);
	k.kill_at = clock_now_ms();
	turn_until(world_report(LEADERMSG_ENDED));
	assert_int_equal(latest.number, SIGKILL);
	assert_int_equal(latest.kind, LEADERMSG_WHY_DETACHED);
	world_close();
}

/* A session that has ended while the client of an open stream was away. */
static struct stream *
end_without_client(bool command)
{
	static const unsigned char name[FRAME_KEY] = "a client";
	struct stream *s;

	open_dropped("echo ready; read x");
	k.commanded = command;
	k.init.detached_s = 86400;
	s = streams_begin(&k.streams, name);
	assert_non_null(s);
	s->open = true;
	kill(k.shell.pid, SIGKILL);
	return s;
}

static void
the_end_is_kept_for_a_client_that_is_away(void **state)
{
	static const struct { bool command; uint64_t ms; } v[] = { { true, 300000 }, { false, 60000 } };

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		uint64_t now;

		end_without_client(v[i].command);
		turn_until(k.linger_until != CLOCK_NEVER);
		now = clock_now_ms();
		assert_true(k.linger_until <= now + v[i].ms && k.linger_until > now + v[i].ms - 30000);
		assert_int_equal(k.state, KEEPER_ENDING);
		/* One of a version that kept it for a week does so no longer, and not a moment less. */
		k.linger_until = now + UINT64_C(604800000);
		turn_until(k.linger_until <= clock_now_ms() + v[i].ms);
		k.linger_until = now;
		turn_until(world_report(LEADERMSG_ENDED));
		world_close();
	}
}

static void
nothing_is_kept_for_one_that_has_left(void **state)
{
	(void)state;
	end_without_client(true)->open = false;
	turn_until(world_report(LEADERMSG_ENDED));
	assert_int_equal(latest.number, SIGKILL);
	world_close();
}

/* A client that has closed both outputs and gone: the command has a moment to notice, and runs on without a session. */
static void
a_command_is_let_go(void **state)
{
	static const unsigned char name[FRAME_KEY] = "a client";
	struct stream *s;
	pid_t shell;

	(void)state;
	open_dropped("echo ready; exec sleep 1000");
	k.init.detached_s = 86400;
	s = streams_begin(&k.streams, name);
	assert_non_null(s);
	s->open = true;
	s->closed[0] = s->closed[1] = true;
	assert_true(expiry_due(&k) > k.dropped_at + 86000000);
	s->open = false;
	assert_true(expiry_due(&k) == k.dropped_at + 2000);
	pass(1000);
	expiry_turn(&k);
	assert_int_equal(k.state, KEEPER_RUNNING);
	pass(1000);
	shell = k.shell.pid;
	turn_until(world_report(LEADERMSG_ENDED));
	assert_int_equal(latest.kind, LEADERMSG_WHY_RELEASED);
	assert_false(k.killed);
	assert_int_equal(kill(shell, 0), 0);
	kill(shell, SIGKILL);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_due_without_a_timeout),
		cmocka_unit_test(a_detached_session_ends_in_time),
		cmocka_unit_test(nobody_s_session_ends_while_somebody_is_there),
		cmocka_unit_test(an_old_drop_does_not_count),
		cmocka_unit_test(an_idle_shell_ends),
		cmocka_unit_test(the_end_is_kept_for_a_client_that_is_away),
		cmocka_unit_test(nothing_is_kept_for_one_that_has_left),
		cmocka_unit_test(a_command_is_let_go),
		cmocka_unit_test(a_shell_with_a_job_is_looked_at_again),
		cmocka_unit_test(the_sooner_of_the_two_counts),
		cmocka_unit_test(expire_is_a_look_and_a_deed),
		cmocka_unit_test(a_shell_that_does_not_end_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
