/* SPDX-License-Identifier: MIT */
/* Sessions of other nodes of the pool among those of this one: found, sorted, named; and the answer that they come in. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "choose.h"
#include "remote.h"

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (1000000 * HOUR)

static const struct identity me = { { 1 } }, other = { { 2 } };

static struct pool_entry
entry(const char *node, uint32_t id, uint64_t lost)
{
	struct pool_entry e = { .unique = "00112233445566ff", .user = "alice", .id = id, .identity = me,
		                .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL, .changed_ms = NOW - lost,
		                .activity_ms = NOW - lost, .lost_ms = NOW - lost, .lost_heard_ms = NOW - lost,
		                .lost_used_ms = NOW - lost, .rows = 24, .cols = 80, .term = "xterm" };

	snprintf(e.node, sizeof e.node, "%s", node);
	snprintf(e.address, sizeof e.address, "%s.example", node);
	return e;
}

static struct attach_status
local(uint32_t id, uint64_t lost)
{
	return (struct attach_status){ .id = id, .state = ATTACH_STATE_DROPPED, .changed_ms = NOW - lost, .identity = me,
		                       .activity_ms = NOW - lost, .lost_ms = NOW - lost, .lost_heard_ms = NOW - lost,
		                       .lost_used_ms = NOW - lost, .rows = 24, .cols = 80, .term = "xterm" };
}

static struct choose_login
login(void)
{
	return (struct choose_login){ .who = &me, .who_known = true, .user = "alice", .rows = 24, .cols = 80,
		                      .term = "xterm", .now_ms = NOW };
}

/* An answer of COUNT entries to the node login1; V is borrowed. */
static struct pool_answer
answer(struct pool_entry *v, size_t count)
{
	return (struct pool_answer){ .entries = v, .entry_count = count, .whole = true, .health.node = "login1" };
}

/* The order in which the login takes the N sessions of V and those of A. */
static void
expect(const struct attach_status *v, size_t n, const struct pool_answer *a, const char *order)
{
	struct session_list list = { .v = calloc(n + 1, sizeof *v), .count = n };
	const struct choose_login l = login();
	char text[256] = "";
	int found;

	assert_non_null(list.v);
	if (n)
		memcpy(list.v, v, n * sizeof *v);
	assert_int_equal(remote_add(&list, a), 0);
	found = choose_candidates(&list, &l);
	for (int i = 0; i < found; i++) {
		const struct pool_entry *e = remote_of(a, &list.v[i]);

		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s:%u", i ? " " : "", e ? e->node : "here",
		         list.v[i].id);
	}
	assert_string_equal(text, order);
	session_list_free(&list);
}

static void
latest_anywhere(void **state)
{
	const struct attach_status v[] = { local(1, 2 * HOUR), local(2, 20 * HOUR) };
	struct pool_entry e[] = { entry("login2", 1, HOUR), entry("login3", 7, 10 * HOUR) };
	struct pool_answer a = answer(e, 2);

	(void)state;
	expect(v, 2, &a, "login2:1 here:1 login3:7 here:2");
	expect(NULL, 0, &a, "login2:1 login3:7");
}

/* This node's sessions are in the answer too, and come from their keepers alone. */
static void
own_entries_are_left_out(void **state)
{
	const struct attach_status v[] = { local(1, HOUR) };
	struct pool_entry e[] = { entry("login1", 1, HOUR), entry("login1", 9, MINUTE), entry("login2", 1, 2 * HOUR) };
	struct pool_answer a = answer(e, 3);

	(void)state;
	expect(v, 1, &a, "here:1 login2:1");
	/* Without its end nobody knows which are ours. */
	a.whole = false;
	expect(v, 1, &a, "here:1");
}

static void
here_first_when_all_is_equal(void **state)
{
	const struct attach_status v[] = { local(5, HOUR) };
	struct pool_entry e[] = { entry("login2", 1, HOUR), entry("login3", 1, HOUR) };
	struct pool_answer a = answer(e, 2);

	(void)state;
	expect(v, 1, &a, "here:5 login2:1 login3:1");
}

/* Windows of one outage on several nodes: the one like the login's goes first, wherever it is. */
static void
windows_of_one_outage_by_size_and_term(void **state)
{
	struct attach_status v[] = { local(1, HOUR) };
	struct pool_entry e[] = { entry("login2", 2, HOUR + SECOND), entry("login3", 3, HOUR + 2 * SECOND),
		                  entry("login2", 4, 5 * HOUR) };
	struct pool_answer a = answer(e, 3);

	(void)state;
	v[0].rows = 50;
	snprintf(e[0].term, sizeof e[0].term, "screen");
	expect(v, 1, &a, "login3:3 login2:2 here:1 login2:4");
}

/* What is attached elsewhere, another identity's, another user's, a command or apart is resumed by nobody. */
static void
no_candidates(void **state)
{
	struct pool_entry e[] = { entry("login2", 1, HOUR), entry("login2", 2, HOUR), entry("login2", 3, HOUR),
		                  entry("login2", 4, HOUR), entry("login2", 5, HOUR) };
	struct pool_answer a = answer(e, 5);
	const struct choose_login l = login();
	struct session_list list = SESSION_LIST_NONE;

	(void)state;
	e[0].state = ATTACH_STATE_ATTACHED;
	e[0].lost_ms = 0;
	e[1].identity = other;
	e[2].kind = ATTACH_KIND_COMMAND;
	snprintf(e[3].user, sizeof e[3].user, "bob");
	memset(&e[4].identity, 0, sizeof e[4].identity);
	expect(NULL, 0, &a, "");
	/* Nor is a node asked whether a connection is dead: it says that by itself (below). */
	assert_int_equal(remote_add(&list, &a), 0);
	assert_int_equal(list.count, 5);
	assert_false(choose_is_live(&list.v[0], &l));
	assert_false(choose_wants_probe(&list, &l));
	session_list_free(&list);
}

/* Attached by connections that its own node has found dead: as a stale session of this node, lost just now. */
static void
silent_elsewhere(void **state)
{
	const struct attach_status v[] = { local(1, HOUR) };
	struct pool_entry e[] = { entry("login2", 1, 0), entry("login3", 1, 2 * HOUR), entry("login3", 2, 0) };
	struct pool_answer a = answer(e, 3);

	(void)state;
	for (int i = 0; i < 3; i++) {
		e[i].state = ATTACH_STATE_ATTACHED;
		e[i].changed_ms = NOW - 5 * HOUR;
		e[i].lost_ms = NOW - MINUTE;
	}
	/* The first two were lost together; the third one was dropped before it was attached. */
	e[0].lost_heard_ms = e[0].activity_ms = e[0].lost_used_ms = NOW - 10 * MINUTE;
	e[1].lost_heard_ms = e[1].activity_ms = e[1].lost_used_ms = NOW - 3 * HOUR;
	e[1].rows = 99;
	e[2].lost_ms = e[2].changed_ms;
	expect(v, 1, &a, "login2:1 login3:1 here:1");
	e[0].identity = other;
	e[1].kind = ATTACH_KIND_COMMAND;
	expect(v, 1, &a, "here:1");
}

/* PoolTrust: what other nodes say does not exist. */
static void
only_trusted_nodes(void **state)
{
	struct pool_entry e[] = { entry("login1", 1, HOUR), entry("login2", 2, HOUR), entry("evil", 3, MINUTE),
		                  entry("login3", 4, 2 * HOUR) };
	struct pool_answer a = answer(e, 4);
	const struct pool_entry *found;

	(void)state;
	remote_trust(&a, "");
	assert_int_equal(a.entry_count, 4);
	snprintf(e[2].name, sizeof e[2].name, "work");
	remote_trust(&a, "login2,login3");
	assert_int_equal(a.entry_count, 3);
	expect(NULL, 0, &a, "login2:2 login3:4");
	assert_int_equal(remote_find(&a, "evil", "3", &found), -ENOENT);
	assert_int_equal(remote_find(&a, "", "work", &found), -ENOENT);
	remote_trust(&a, "login?,!login3");
	expect(NULL, 0, &a, "login2:2");
	remote_trust(&a, "!*");
	expect(NULL, 0, &a, "");
	assert_int_equal(a.entry_count, 1);
}

static void
by_name(void **state)
{
	struct pool_entry e[] = { entry("login1", 1, HOUR), entry("login2", 2, HOUR), entry("login3", 2, HOUR),
		                  entry("login3", 4, HOUR) };
	struct pool_answer a = answer(e, 4);
	const struct pool_entry *found = NULL;

	(void)state;
	snprintf(e[0].name, sizeof e[0].name, "here");
	snprintf(e[1].name, sizeof e[1].name, "work");
	snprintf(e[2].name, sizeof e[2].name, "mail");
	snprintf(e[3].name, sizeof e[3].name, "work");
	assert_int_equal(remote_find(&a, "", "mail", &found), 0);
	assert_ptr_equal(found, &e[2]);
	assert_int_equal(remote_find(&a, "", "work", &found), -ENOTUNIQ);
	assert_int_equal(remote_find(&a, "login2", "work", &found), 0);
	assert_ptr_equal(found, &e[1]);
	assert_int_equal(remote_find(&a, "login3", "2", &found), 0);
	assert_ptr_equal(found, &e[2]);
	/* A number alone is this node's, and so is what is on this node. */
	assert_int_equal(remote_find(&a, "", "2", &found), -ENOENT);
	assert_int_equal(remote_find(&a, "", "here", &found), -ENOENT);
	assert_int_equal(remote_find(&a, "login1", "here", &found), -ENOENT);
	assert_int_equal(remote_find(&a, "login4", "work", &found), -ENOENT);
	/* A session without a name is not the one of an empty name. */
	e[3].name[0] = '\0';
	assert_int_equal(remote_find(&a, "", "", &found), -ENOENT);
	assert_int_equal(remote_find(&a, "login3", "", &found), -ENOENT);
}

static void
words(void **state)
{
	char node[NODE_CAP], longest[NODE_CAP + 8];

	(void)state;
	assert_string_equal(remote_split("work", node), "work");
	assert_string_equal(node, "");
	assert_string_equal(remote_split("login3:work", node), "work");
	assert_string_equal(node, "login3");
	assert_string_equal(remote_split("login3:4", node), "4");
	assert_string_equal(remote_split("login3:", node), "");
	assert_string_equal(remote_split("", node), "");
	assert_null(remote_split(":work", node));
	assert_null(remote_split("-x:work", node));
	assert_null(remote_split("a/b:work", node));
	memset(longest, 'n', sizeof longest);
	memcpy(longest + NODE_CAP - 1, ":w", 3);
	assert_string_equal(remote_split(longest, node), "w");
	memcpy(longest + NODE_CAP - 1, "n:w", 4);
	assert_null(remote_split(longest, node));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest_anywhere), cmocka_unit_test(own_entries_are_left_out),
		cmocka_unit_test(here_first_when_all_is_equal), cmocka_unit_test(windows_of_one_outage_by_size_and_term),
		cmocka_unit_test(no_candidates), cmocka_unit_test(silent_elsewhere), cmocka_unit_test(only_trusted_nodes),
		cmocka_unit_test(by_name), cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
