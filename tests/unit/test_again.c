/* SPDX-License-Identifier: MIT */
/* Attachments come back from a keeper that has died: which, as what, and what their session is meanwhile. */
#include "again_world.h"

static void
a_terminal_comes_back(void **state)
{
	struct termios first, now;
	struct returning r;
	uint32_t serial;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&r.c), "ready"));
	assert_int_equal(k.peers.count, 1);
	first = k.peers.v[0]->t.saved;
	serial = k.peers.v[0]->serial;
	assert_true(first.c_lflag & ICANON);
	die();
	assert_int_equal(listed, 1);
	assert_int_equal(status().state, ATTACH_STATE_ATTACHED);
	assert_int_equal(status().attachments, 1);
	/* It stays raw, so that the interrupt key is one among those that are typed meanwhile. */
	assert_int_equal(tcgetattr(r.held, &now), 0);
	assert_false(now.c_lflag & ISIG);
	come_back(&r);
	assert_null(k.awaiting);
	/* The leader has this attachment already, and is asked and told nothing. */
	assert_false(world_report(0));
	assert_int_equal(latest.type, LEADERMSG_ATTACHED);
	assert_int_equal(peers_live(&k)->serial, serial);
	assert_int_equal(status().attachments, 1);
	leave(&r);
	turn_until(world_report(LEADERMSG_GONE) && latest.number == serial);
	world_close();
}

static void
its_old_settings_are_restored(void **state)
{
	struct termios before, after;
	struct returning r;
	struct caller asker;
	uint32_t none = 0;
	unsigned char msg[8];
	size_t len;

	(void)state;
	world_open(false, true);
	begin(&r, ATTACH_MODE_FIRST, 0);
	assert_int_equal(tcgetattr(r.held, &before), 0);
	caller_say(&r.c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k));
	for (int i = 0; i < 3; i++) {
		die();
		come_back(&r);
	}
	assert_int_equal(tcgetattr(r.held, &after), 0);
	assert_false(after.c_lflag & ICANON);
	caller_connect(&asker);
	caller_send(&asker, msg, (size_t)attach_encode_number(ATTACH_MSG_DETACH, none, msg, sizeof msg), NULL, 0);
	caller_is_detached(&r.c, ATTACH_WHY_DETACH);
	caller_expect(&asker, ATTACH_MSG_DONE, &len);
	assert_int_equal(tcgetattr(r.held, &after), 0);
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(after.c_iflag, before.c_iflag);
	caller_hang_up(&asker);
	leave(&r);
	world_close();
}

static void
keys_typed_meanwhile_arrive_in_order(void **state)
{
	struct returning r;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty raw -echo; echo ready; exec cat");
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&r.c), "ready"));
	die();
	assert_int_equal(write(r.c.screen, "one\003two", 7), 7);
	come_back(&r);
	assert_int_equal(write(r.c.screen, "three", 5), 5);
	turn_until(k.ring.head >= 5 && memmem(ring_at(&k.ring, 0), k.ring.head, "one\003twothree", 12));
	leave(&r);
	world_close();
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

static void
no_login_takes_it_in_between(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct returning r;
	struct caller other;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	die();
	caller_connect(&other);
	caller_claim(&other, &m);
	caller_is_refused(&other, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&other);
	come_back(&r);
	leave(&r);
	world_close();
}

static void
only_the_token_counts(void **state)
{
	static const unsigned char none[ATTACH_TOKEN];
	unsigned char wrong[ATTACH_TOKEN];
	struct returning r, other;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	attach(&other, ATTACH_MODE_JOIN, 0);
	assert_memory_not_equal(r.token, other.token, sizeof r.token);
	die();
	memcpy(wrong, r.token, sizeof wrong);
	wrong[0] ^= 1;
	claim_again(&r, wrong, 0);
	caller_is_refused(&r.c, ATTACH_REFUSAL_STRANGER);
	claim_again(&r, none, 0);
	caller_is_refused(&r.c, ATTACH_REFUSAL_STRANGER);
	/* Of another terminal. */
	claim_again(&r, other.token, 0);
	caller_is_refused(&r.c, ATTACH_REFUSAL_STRANGER);
	assert_int_equal(awaited_count(&k), 2);
	come_back(&r);
	come_back(&other);
	/* Once. */
	claim_again(&r, r.token, 0);
	caller_is_refused(&r.c, ATTACH_REFUSAL_STRANGER);
	leave(&r);
	leave(&other);
	world_close();
}

static void
one_that_does_not_come_is_gone(void **state)
{
	struct returning r;
	uint32_t serial;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	serial = k.peers.v[0]->serial;
	die();
	assert_int_equal(k.dropped_at, 0);
	turn();
	assert_non_null(k.awaiting);
	k.awaiting->until = clock_now_ms();
	turn_until(world_report(LEADERMSG_GONE));
	assert_int_equal(latest.number, serial);
	assert_null(k.awaiting);
	assert_true(k.dropped_at);
	assert_int_equal(status().state, ATTACH_STATE_DROPPED);
	claim_again(&r, r.token, 0);
	caller_is_refused(&r.c, ATTACH_REFUSAL_STRANGER);
	leave(&r);
	world_close();
}

static void
one_that_goes_before_it_confirms_is_still_awaited(void **state)
{
	struct returning r;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	die();
	claim_again(&r, r.token, 0);
	be_granted(&r);
	/* The keeper dies once more, then the claimer's connection breaks: it is listed as before. */
	die();
	assert_int_equal(listed, 1);
	assert_int_equal(list[0].stage, AWAITED_ATTACHED);
	claim_again(&r, r.token, 0);
	be_granted(&r);
	close(r.c.fd);
	r.c.fd = -1;
	turn_until(!k.peers.count);
	assert_int_equal(awaited_count(&k), 1);
	assert_false(world_report(LEADERMSG_GONE));
	come_back(&r);
	leave(&r);
	world_close();
}

static void
a_granted_claim_is_confirmed_at_the_next_keeper(void **state)
{
	struct returning first, second;

	(void)state;
	world_open(false, true);
	attach(&first, ATTACH_MODE_FIRST, 0);
	begin(&second, ATTACH_MODE_TAKE, 0);
	die();
	assert_int_equal(listed, 2);
	/* This one was not attached: so it counts for nothing yet. */
	assert_int_equal(status().attachments, 1);
	come_back(&second);
	assert_true(world_report(LEADERMSG_ATTACHED));
	/* It has taken over: the first one, which comes later, is told. */
	assert_true(world_report(LEADERMSG_GONE));
	assert_int_equal(status().attachments, 1);
	claim_again(&first, first.token, 0);
	be_granted(&first);
	caller_say(&first.c, ATTACH_MSG_CONFIRM);
	caller_is_detached(&first.c, ATTACH_WHY_TAKEN);
	assert_int_equal(status().attachments, 1);
	leave(&first);
	leave(&second);
	world_close();
}

static void
detach_reaches_those_who_are_awaited(void **state)
{
	struct caller asker;
	struct returning r;
	unsigned char msg[8];
	size_t len;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	die();
	caller_connect(&asker);
	caller_send(&asker, msg, (size_t)attach_encode_number(ATTACH_MSG_DETACH, 0, msg, sizeof msg), NULL, 0);
	caller_expect(&asker, ATTACH_MSG_DONE, &len);
	caller_hang_up(&asker);
	assert_true(world_report(LEADERMSG_GONE));
	assert_int_equal(status().state, ATTACH_STATE_DROPPED);
	claim_again(&r, r.token, 0);
	be_granted(&r);
	caller_say(&r.c, ATTACH_MSG_CONFIRM);
	caller_is_detached(&r.c, ATTACH_WHY_DETACH);
	leave(&r);
	world_close();
}

static void
three_keep_their_order_and_size(void **state)
{
	struct returning a, b, c;
	struct winsize small = { .ws_row = 10, .ws_col = 40 };

	(void)state;
	world_open(false, true);
	attach(&a, ATTACH_MODE_FIRST, 0);
	attach(&b, ATTACH_MODE_JOIN, 0);
	attach(&c, ATTACH_MODE_JOIN, ATTACH_FLAG_READONLY);
	assert_int_equal(ioctl(b.held, TIOCSWINSZ, &small), 0);
	caller_say(&b.c, ATTACH_MSG_WINCH);
	turn_until(k.size.ws_row == 10);
	/* A types last: it leads. */
	assert_int_equal(write(a.c.screen, "x", 1), 1);
	turn_until(peers_leading(&k) == k.peers.v[0]);
	die();
	come_back(&c);
	assert_true(k.peers.v[0]->t.readonly);
	assert_int_equal(k.size.ws_row, 10);
	come_back(&a);
	/* The small one has not come yet, and the size stays. */
	assert_int_equal(k.size.ws_row, 10);
	come_back(&b);
	assert_int_equal(k.size.ws_row, 10);
	assert_ptr_equal(peers_leading(&k), k.peers.v[1]);
	/* Those who come anew are behind. */
	assert_true(k.peers.clock >= k.peers.v[1]->active);
	leave(&a);
	leave(&b);
	leave(&c);
	world_close();
}

static void
the_end_waits_for_those_who_come(void **state)
{
	struct attach_exit end;
	struct returning r;
	const unsigned char *msg;
	size_t len;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; read x; echo last words; exit 7");
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&r.c), "ready"));
	die();
	assert_int_equal(write(k.master, "\n", 1), 1);
	turn_until(k.state == KEEPER_ENDING);
	for (int i = 0; i < 5; i++)
		turn();
	assert_int_equal(k.state, KEEPER_ENDING);
	claim_again(&r, r.token, 0);
	be_granted(&r);
	caller_say(&r.c, ATTACH_MSG_CONFIRM);
	msg = caller_expect(&r.c, ATTACH_MSG_EXIT, &len);
	assert_int_equal(attach_decode_exit(&end, msg, len), 0);
	assert_int_equal(end.value, 7);
	assert_non_null(strstr(caller_seen(&r.c), "last words"));
	leave(&r);
	keeper_close(&k);
	unlink(world_socket);
	close(leader);
	close(k.signals);
	close(k.master);
	sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_comes_back),
		cmocka_unit_test(its_old_settings_are_restored),
		cmocka_unit_test(keys_typed_meanwhile_arrive_in_order),
		cmocka_unit_test(no_login_takes_it_in_between),
		cmocka_unit_test(only_the_token_counts),
		cmocka_unit_test(one_that_does_not_come_is_gone),
		cmocka_unit_test(one_that_goes_before_it_confirms_is_still_awaited),
		cmocka_unit_test(a_granted_claim_is_confirmed_at_the_next_keeper),
		cmocka_unit_test(detach_reaches_those_who_are_awaited),
		cmocka_unit_test(three_keep_their_order_and_size),
		cmocka_unit_test(the_end_waits_for_those_who_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
