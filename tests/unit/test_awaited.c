/* SPDX-License-Identifier: MIT */
/* The list of attachments that come back, in the session's memory; older logins; terminals that go on at their byte. */
#include "again_world.h"

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
		cmocka_unit_test(an_older_login_gets_what_it_knows),
		cmocka_unit_test(a_terminal_goes_on_at_its_byte),
		cmocka_unit_test(the_list_is_in_the_sessions_memory),
		cmocka_unit_test(a_list_from_elsewhere_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
