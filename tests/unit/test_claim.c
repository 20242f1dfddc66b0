/* SPDX-License-Identifier: MIT */
/* Who gets a session: claims of each mode in each state, with a leader that vouches, refuses, hangs or is gone. */
#include "keeper_world.h"

/* C claims with MODE, and the leader vouches for WHO. */
static void
claim_as(struct caller *c, enum attach_mode mode, const struct identity *who)
{
	struct attach_claim m = claim_of(mode, 0);

	caller_connect(c);
	caller_claim(c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, who);
}

static void
expect_claimed(struct caller *c)
{
	uint32_t id;
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_CLAIMED, &len);

	assert_int_equal(attach_decode_number(&id, msg, len), 0);
	assert_int_equal(id, 3);
}

/* A session that has started, and been dropped. */
static void
open_dropped(void)
{
	struct caller c;

	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	caller_hang_up(&c);
	turn_until(world_report(LEADERMSG_GONE));
	assert_int_equal(peers_attached(&k), 0);
}

static void
the_first_claim_starts_the_shell(void **state)
{
	struct caller c;

	(void)state;
	world_open(false, true);
	assert_true(world_report(LEADERMSG_READY) && latest.number == 3);
	claim_as(&c, ATTACH_MODE_FIRST, &alice);
	assert_int_equal(latest.kind, LEADERMSG_CREATE);
	assert_int_equal(latest.pid, getpid());
	assert_memory_equal(&latest.ticket, &first_ticket, sizeof first_ticket);
	expect_claimed(&c);
	assert_int_equal(k.state, KEEPER_NEW);
	assert_int_equal(k.shell.pid, 0);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	turn_until(world_report(LEADERMSG_STARTED));
	turn_until(world_report(LEADERMSG_ATTACHED));
	assert_int_equal(k.state, KEEPER_RUNNING);
	assert_true(k.shell.pid > 0);
	turn_until(strstr(caller_seen(&c), "ready"));
	caller_hang_up(&c);
	turn_until(world_report(LEADERMSG_GONE));
	world_close();
}

static void
a_new_session_is_its_own_login_s(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, 0);
	struct caller c;

	(void)state;
	world_open(false, true);
	m.ticket = second_ticket;
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&c);
	m = claim_of(ATTACH_MODE_JOIN, 0);
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_ENDED);
	caller_hang_up(&c);
	assert_int_equal(k.state, KEEPER_NEW);
	world_close();
}

static void
a_claimer_that_goes_has_changed_nothing(void **state)
{
	struct caller c;

	(void)state;
	world_open(false, true);
	claim_as(&c, ATTACH_MODE_FIRST, &alice);
	expect_claimed(&c);
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	assert_int_equal(k.state, KEEPER_NEW);
	assert_null(k.peers.alone);
	/* Its place is free. */
	claim_as(&c, ATTACH_MODE_FIRST, &alice);
	expect_claimed(&c);
	caller_hang_up(&c);
	world_close();
}

static void
a_claim_that_is_not_confirmed_is_let_go(void **state)
{
	struct caller c;

	(void)state;
	open_dropped();
	claim_as(&c, ATTACH_MODE_AUTO, &alice);
	expect_claimed(&c);
	assert_true(k.peers.v[0]->deadline != CLOCK_NEVER);
	k.peers.v[0]->deadline = clock_now_ms();
	caller_is_closed(&c);
	assert_null(k.peers.alone);
	caller_hang_up(&c);
	world_close();
}

static void
one_resumes_at_a_time(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller first, second;

	(void)state;
	open_dropped();
	claim_as(&first, ATTACH_MODE_AUTO, &alice);
	expect_claimed(&first);
	caller_connect(&second);
	caller_claim(&second, &m);
	caller_is_refused(&second, ATTACH_REFUSAL_BUSY);
	caller_say(&first, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) == 1);
	assert_null(k.peers.alone);
	caller_hang_up(&second);
	/* Nor does another one while somebody is attached. */
	caller_connect(&second);
	caller_claim(&second, &m);
	caller_is_refused(&second, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&second);
	caller_hang_up(&first);
	world_close();
}

static void
only_the_same_identity_resumes_by_itself(void **state)
{
	struct caller c;

	(void)state;
	open_dropped();
	claim_as(&c, ATTACH_MODE_AUTO, &mallory);
	turn_until(world_report(LEADERMSG_REFUSED));
	assert_int_equal(latest.kind, ATTACH_REFUSAL_IDENTITY);
	caller_is_refused(&c, ATTACH_REFUSAL_IDENTITY);
	caller_hang_up(&c);
	/* By name it does. */
	claim_as(&c, ATTACH_MODE_TAKE, &mallory);
	expect_claimed(&c);
	caller_hang_up(&c);
	world_close();
}

/* A login that another node of a pool has sent here is sent to one session, and not to the next one with its number. */
static void
another_session_with_the_number_is_refused(void **state)
{
	static const enum attach_mode modes[] = { ATTACH_MODE_AUTO, ATTACH_MODE_TAKE, ATTACH_MODE_JOIN };

	(void)state;
	open_dropped();
	for (size_t i = 0; i < 3 * sizeof modes / sizeof *modes; i++) {
		struct attach_claim m = claim_of(modes[i / 3], 0);
		struct caller c;

		/* It is the one; it is another; it is not known which one it is. */
		strcpy(m.unique, "0123456789abcdef");
		strcpy(k.unique, i % 3 == 0 ? m.unique : i % 3 == 1 ? "0123456789abcdee" : "");
		caller_connect(&c);
		caller_claim(&c, &m);
		turn_until(world_report(LEADERMSG_TICKET));
		world_vouch(true, &alice);
		if (i % 3 == 0) {
			expect_claimed(&c);
		} else {
			turn_until(world_report(LEADERMSG_REFUSED));
			assert_int_equal(latest.kind, ATTACH_REFUSAL_OTHER);
			caller_is_refused(&c, ATTACH_REFUSAL_OTHER);
		}
		caller_hang_up(&c);
		turn_until(!k.peers.count);
	}
	world_close();
}

/* A login that has come from another node of a pool, which can't vouch, has any identity, but takes nothing away. */
static void
asked_for_by_number_it_is_resumed_only_when_dropped(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, ATTACH_FLAG_NAMED);
	struct caller first, second;

	(void)state;
	open_dropped();
	caller_connect(&first);
	caller_claim(&first, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	assert_int_equal(latest.kind, LEADERMSG_RESUME);
	world_vouch(true, &mallory);
	expect_claimed(&first);
	caller_connect(&second);
	caller_claim(&second, &m);
	caller_is_refused(&second, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&second);
	caller_say(&first, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) == 1);
	caller_connect(&second);
	caller_claim(&second, &m);
	caller_is_refused(&second, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&second);
	caller_hang_up(&first);
	world_close();
}

static void
the_leader_s_no_is_a_refusal(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller c;

	(void)state;
	open_dropped();
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(false, &alice);
	caller_is_refused(&c, ATTACH_REFUSAL_TICKET);
	caller_hang_up(&c);
	/* A claim without a ticket is asked of nobody, and resumes nothing by itself. */
	memset(&m.ticket, 0, sizeof m.ticket);
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_TICKET);
	assert_false(world_report(LEADERMSG_TICKET));
	caller_hang_up(&c);
	world_close();
}

/* Then the claimer's own word about its identity counts. */
static void
a_leader_that_hangs_is_not_waited_for(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller c;

	(void)state;
	open_dropped();
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	k.peers.v[0]->vouch_by = clock_now_ms();
	expect_claimed(&c);
	assert_true(k.leader_hangs);
	caller_hang_up(&c);
	m.identity = mallory;
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	caller_is_refused(&c, ATTACH_REFUSAL_IDENTITY);
	caller_hang_up(&c);
	world_close();
}

static void
a_leader_that_goes_leaves_its_questions_to_us(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller c;

	(void)state;
	open_dropped();
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	k.peers.v[0]->vouch_by = CLOCK_NEVER;
	close(leader);
	leader = -1;
	expect_claimed(&c);
	assert_int_equal(k.leader, -1);
	assert_false(k.leader_lost);
	assert_int_equal(k.state, KEEPER_RUNNING);
	caller_hang_up(&c);
	world_close();
}

static void
a_new_session_ends_with_its_leader(void **state)
{
	(void)state;
	world_open(false, true);
	close(leader);
	leader = -1;
	turn_until(k.state == KEEPER_OVER);
	world_close();
}

static void
taking_over_detaches_the_others(void **state)
{
	struct caller first, second, third;

	(void)state;
	open_dropped();
	caller_attach(&first, ATTACH_MODE_AUTO, 0);
	caller_attach(&second, ATTACH_MODE_JOIN, 0);
	assert_int_equal(peers_attached(&k), 2);
	while (world_report(LEADERMSG_ATTACHED))
		;
	caller_attach(&third, ATTACH_MODE_TAKE, 0);
	caller_is_detached(&first, ATTACH_WHY_TAKEN);
	caller_is_detached(&second, ATTACH_WHY_TAKEN);
	assert_int_equal(peers_attached(&k), 1);
	/* The new one first, so that the session is never seen dropped in between. */
	assert_int_equal(k.peers.gone, 0);
	turn_until(world_report(LEADERMSG_ATTACHED));
	turn_until(world_report(LEADERMSG_GONE));
	turn_until(world_report(LEADERMSG_GONE));
	assert_false(world_report(LEADERMSG_GONE));
	caller_hang_up(&first);
	caller_hang_up(&second);
	caller_hang_up(&third);
	world_close();
}

static void
take_over_is_a_matter_of_policy(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_TAKE, ATTACH_FLAG_ASKED);
	struct caller first, c;

	(void)state;
	open_dropped();
	caller_attach(&first, ATTACH_MODE_AUTO, 0);
	k.init.take_over = CONFIG_TAKE_NO;
	claim_as(&c, ATTACH_MODE_TAKE, &alice);
	caller_is_refused(&c, ATTACH_REFUSAL_TAKEOVER);
	caller_hang_up(&c);
	k.init.take_over = CONFIG_TAKE_ASK;
	claim_as(&c, ATTACH_MODE_TAKE, &alice);
	caller_is_refused(&c, ATTACH_REFUSAL_ASK);
	caller_hang_up(&c);
	caller_connect(&c);
	caller_claim(&c, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	expect_claimed(&c);
	caller_hang_up(&c);
	caller_hang_up(&first);
	world_close();
}

static void
nobody_comes_into_a_session_that_is_being_ended(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller c;

	(void)state;
	open_dropped();
	k.kill_at = clock_now_ms() + 60000;
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&c);
	k.kill_at = CLOCK_NEVER;
	world_close();
}

static void
a_command_is_for_clients_alone(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, 0);
	struct caller c;

	(void)state;
	world_open(true, true);
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_BAD);
	caller_hang_up(&c);
	/* And only those of a version that it speaks. */
	m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED);
	m.framed.lowest = m.framed.highest = 99;
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_is_refused(&c, ATTACH_REFUSAL_VERSION);
	caller_hang_up(&c);
	world_close();
}

static void
a_claim_brings_what_it_says(void **state)
{
	static unsigned char buf[MESSAGE_MAX];
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, 0);
	int len = attach_encode_claim(&m, buf, sizeof buf), fds[3];
	struct caller c;

	(void)state;
	world_open(false, true);
	/* No descriptor; one that is no terminal; two instead of one; three; half a message. */
	for (unsigned count = 0; count <= 4; count++) {
		for (unsigned i = 0; i < 3; i++)
			fds[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		caller_connect(&c);
		caller_send(&c, buf, count == 4 ? (size_t)len / 2 : (size_t)len, fds, count == 4 ? 1 : count);
		for (unsigned i = count == 4 ? 1 : count; i < 3; i++)
			close(fds[i]);
		if (count == 3)
			caller_is_closed(&c);
		else
			caller_is_refused(&c, ATTACH_REFUSAL_BAD);
		caller_hang_up(&c);
	}
	assert_int_equal(k.state, KEEPER_NEW);
	world_close();
}

static void
what_is_not_permitted_ends_the_connection(void **state)
{
	static const uint8_t types[] = { ATTACH_MSG_CONFIRM, ATTACH_MSG_WINCH, ATTACH_MSG_CLAIMED, 0, 255 };
	struct caller c;

	(void)state;
	world_open(false, true);
	for (size_t i = 0; i < sizeof types; i++) {
		caller_connect(&c);
		caller_say(&c, types[i]);
		caller_is_closed(&c);
		caller_hang_up(&c);
	}
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_claim_starts_the_shell),
		cmocka_unit_test(a_new_session_is_its_own_login_s),
		cmocka_unit_test(a_claimer_that_goes_has_changed_nothing),
		cmocka_unit_test(a_claim_that_is_not_confirmed_is_let_go),
		cmocka_unit_test(one_resumes_at_a_time),
		cmocka_unit_test(only_the_same_identity_resumes_by_itself),
		cmocka_unit_test(another_session_with_the_number_is_refused),
		cmocka_unit_test(asked_for_by_number_it_is_resumed_only_when_dropped),
		cmocka_unit_test(the_leader_s_no_is_a_refusal),
		cmocka_unit_test(a_leader_that_hangs_is_not_waited_for),
		cmocka_unit_test(a_leader_that_goes_leaves_its_questions_to_us),
		cmocka_unit_test(a_new_session_ends_with_its_leader),
		cmocka_unit_test(taking_over_detaches_the_others),
		cmocka_unit_test(take_over_is_a_matter_of_policy),
		cmocka_unit_test(nobody_comes_into_a_session_that_is_being_ended),
		cmocka_unit_test(a_command_is_for_clients_alone),
		cmocka_unit_test(a_claim_brings_what_it_says),
		cmocka_unit_test(what_is_not_permitted_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
