/* SPDX-License-Identifier: MIT */
/* Attachments come back from a keeper that has died: which, as what, and what their session is meanwhile. */
#include "keeper_world.h"

#include <stdlib.h>

#include "awaited.h"

static struct awaited list[PEERS_MAX];
static unsigned listed;

/* One that is attached, or whose claim is granted. */
struct returning {
	struct caller c;
	int held; /* its holdfast-login has the terminal open */
	unsigned char token[ATTACH_TOKEN];
};

static void
be_granted(struct returning *r)
{
	struct attach_granted m;
	size_t len;
	const unsigned char *msg = caller_expect(&r->c, ATTACH_MSG_GRANTED, &len);

	assert_int_equal(attach_decode_granted(&m, msg, len), 0);
	assert_int_equal(m.session, 3);
	memcpy(r->token, m.token, sizeof r->token);
}

/* Claims, and is granted the claim. */
static void
begin(struct returning *r, enum attach_mode mode, uint32_t flags)
{
	struct attach_claim m = claim_of(mode, flags | ATTACH_FLAG_RETURNS);

	caller_connect(&r->c);
	caller_claim(&r->c, &m);
	r->held = open(ptsname(r->c.screen), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(r->held >= 0);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	be_granted(r);
}

static void
attach(struct returning *r, enum attach_mode mode, uint32_t flags)
{
	unsigned before = peers_attached(&k);

	begin(r, mode, flags);
	caller_say(&r->c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) > before);
}

/* As a keeper that is killed leaves it all, and another one begins: nothing is restored, nobody is told. */
static void
die_as_listed(void)
{
	for (unsigned i = 0; i < k.peers.count; i++) {
		struct peer *peer = k.peers.v[i];

		close(peer->fd);
		close(peer->t.in);
		free(peer->t.paint);
		envlist_free(&peer->connection);
		envlist_free(&peer->claim.env);
		free(peer->agent_path);
		free(peer);
	}
	awaited_free(&k);
	k.peers = (struct peers){ .clock = 0 };
	awaited_take(&k, list, listed);
	while (world_report(0))
		;
}

/* The same at the end of a turn, when it has written down its attachments. */
static void
die(void)
{
	uint64_t clock = k.peers.clock;

	listed = awaited_note(&k, list, PEERS_MAX);
	die_as_listed();
	assert_true(!listed || k.peers.clock <= clock);
}

/* CLAIM on a new connection, with the terminal of before. */
static void
claim_again(struct returning *r, const unsigned char token[ATTACH_TOKEN], uint32_t flags)
{
	static unsigned char buf[MESSAGE_MAX];
	struct attach_claim m = claim_of(ATTACH_MODE_AGAIN, flags | ATTACH_FLAG_RETURNS);
	int fd = open(ptsname(r->c.screen), O_RDWR | O_NOCTTY | O_CLOEXEC), len, screen = r->c.screen;

	memcpy(m.token, token, sizeof m.token);
	len = attach_encode_claim(&m, buf, sizeof buf);
	assert_true(fd >= 0 && len > 0);
	close(r->c.fd);
	caller_connect(&r->c);
	r->c.screen = screen;
	caller_send(&r->c, buf, (size_t)len, &fd, 1);
}

static void
come_back(struct returning *r)
{
	unsigned before = peers_attached(&k);

	claim_again(r, r->token, 0);
	be_granted(r);
	caller_say(&r->c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) > before);
}

static void
leave(struct returning *r)
{
	close(r->held);
	caller_hang_up(&r->c);
}

static struct attach_status
status(void)
{
	struct attach_status s;
	const unsigned char *msg;
	struct caller c;
	size_t len;

	caller_connect(&c);
	caller_say(&c, ATTACH_MSG_STATUS);
	msg = caller_expect(&c, ATTACH_MSG_STATUS_IS, &len);
	assert_int_equal(attach_decode_status(&s, msg, len), 0);
	caller_hang_up(&c);
	return s;
}

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

static void
an_older_login_gets_what_it_knows(void **state)
{
	struct caller c;

	(void)state;
	world_open(false, true);
	/* CLAIMED, and nothing is written down that could come back. */
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	die();
	assert_int_equal(listed, 1);
	assert_null(k.awaiting);
	caller_hang_up(&c);
	world_close();
}

/* Whether C's terminal gets just TEXT. */
static void
gets(struct caller *c, const char *text)
{
	char all[256];
	size_t len = 0;

	turn_until((len += (size_t)snprintf(all + len, sizeof all - len, "%s", caller_seen(c))) >= strlen(text));
	for (int i = 0; i < 5; i++)
		turn();
	assert_string_equal(all, text);
	assert_string_equal(caller_seen(c), "");
}

static void
a_terminal_goes_on_at_its_byte(void **state)
{
	struct returning r;
	struct peer *peer;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty raw -echo; echo ready; exec cat");
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(&r.c), "ready"));
	turn();
	caller_seen(&r.c);
	/* Nothing is drawn, and output that came meanwhile is not missing. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(write(r.c.screen, "one", 3), 3);
		gets(&r.c, "one");
		die();
		assert_int_equal(write(k.master, "two", 3), 3);
		assert_int_equal(write(r.c.screen, "three", 5), 5);
		come_back(&r);
		gets(&r.c, "twothree");
	}
	/* Killed in the middle of a write: the kernel knows how much of it the terminal has got. */
	peer = peers_live(&k);
	assert_int_equal(write(r.c.screen, "four", 4), 4);
	gets(&r.c, "four");
	*k.vital.live = (struct vital_live){ .sums = k.vital.live->sums, .ring = { k.vital.live->ring[0] },
		.intent = { .call = VITAL_SHOWN, .index = peer->place - 1, .at = k.ring.head - 4, .sum = 100 } };
	*peer->t.shown = k.ring.head - 4 + 1;
	assert_true(vital_settle(&k.vital, 0, 103));
	turn();
	awaited_restore(&k);
	awaited_free(&k);
	die();
	come_back(&r);
	gets(&r.c, "r");
	/* One that is back, and has got more, before the keeper has written down that it is back. */
	assert_int_equal(write(r.c.screen, "five", 4), 4);
	gets(&r.c, "five");
	die_as_listed();
	come_back(&r);
	assert_int_equal(write(r.c.screen, "six", 3), 3);
	gets(&r.c, "six");
	/* In the middle of a rendering: it is drawn anew. */
	peer = peers_live(&k);
	peer->ops->expect(peer);
	assert_int_equal(*peer->t.shown, 0);
	die();
	come_back(&r);
	assert_int_equal(peers_live(&k)->why, REDRAW_BACK);
	turn_until(strstr(caller_seen(&r.c), "\033[H"));
	leave(&r);
	world_close();
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

static void
the_list_is_in_the_sessions_memory(void **state)
{
	struct returning r, other;

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	attach(&other, ATTACH_MODE_JOIN, 0);
	turn();
	assert_non_null(k.attached);
	assert_int_equal(k.attached->count[k.attached->counts & 1], 2);
	leave(&other);
	turn_until(peers_attached(&k) == 1);
	turn();
	assert_int_equal(k.attached->count[k.attached->counts & 1], 1);
	awaited_restore(&k);
	assert_int_equal(awaited_count(&k), 1);
	assert_non_null(awaited_find(&k, r.token));
	awaited_free(&k);
	/* A keeper that was killed while it wrote the next one. */
	memset(&k.attached->v[0][~k.attached->counts & 1], 0xff, sizeof k.attached->v[0][0]);
	awaited_restore(&k);
	assert_int_equal(awaited_count(&k), 1);
	awaited_free(&k);
	k.attached->count[k.attached->counts & 1] = PEERS_MAX + 1;
	awaited_restore(&k);
	assert_null(k.awaiting);
	k.attached->counts = 7;
	awaited_restore(&k);
	assert_null(k.awaiting);
	k.attached->counts = 1;
	k.attached->count[1] = 1;
	k.attached->size++;
	awaited_restore(&k);
	assert_null(k.awaiting);
	leave(&r);
	world_close();
}

static void
a_list_from_elsewhere_is_looked_at(void **state)
{
	struct returning r;
	struct awaited good, bad[8];

	(void)state;
	world_open(false, true);
	attach(&r, ATTACH_MODE_FIRST, 0);
	assert_int_equal(awaited_note(&k, &good, 1), 1);
	for (int i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].stage = 3;
	bad[1].stage = 0;
	bad[2].mode = 99;
	bad[3].put_out = 77;
	memset(bad[4].token, 0, sizeof bad[4].token);
	bad[5].tuple.family = 4711;
	memset(bad[6].address, 'x', sizeof bad[6].address);
	awaited_take(&k, bad, 7);
	assert_null(k.awaiting);
	/* The same token twice. */
	bad[0] = bad[1] = good;
	awaited_take(&k, bad, 2);
	assert_int_equal(k.awaiting->count, 1);
	/* A stream needs no token. */
	bad[4].flags |= ATTACH_FLAG_FRAMED;
	memset(bad[4].stream, 5, sizeof bad[4].stream);
	awaited_take(&k, &bad[4], 1);
	assert_non_null(awaited_stream(&k, bad[4].stream));
	assert_null(awaited_find(&k, bad[4].token));
	awaited_forget(&k, awaited_stream(&k, bad[4].stream));
	assert_null(k.awaiting);
	leave(&r);
	world_close();
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
		cmocka_unit_test(an_older_login_gets_what_it_knows),
		cmocka_unit_test(a_terminal_goes_on_at_its_byte),
		cmocka_unit_test(the_list_is_in_the_sessions_memory),
		cmocka_unit_test(a_list_from_elsewhere_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
