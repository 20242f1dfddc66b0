/* SPDX-License-Identifier: MIT */
/* directory, own and endpoints: what is known of other nodes, what others are to know of this one, and whom to ask. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "attach.h"
#include "directory.h"
#include "endpoints.h"
#include "own.h"

static struct pool_entry
entry(const char *user, const char *node, unsigned number)
{
	struct pool_entry e = { .address = "login.example", .id = number, .state = ATTACH_STATE_DROPPED,
	                        .kind = ATTACH_KIND_TERMINAL, .rows = 24, .cols = 80 };

	snprintf(e.user, sizeof e.user, "%s", user);
	snprintf(e.node, sizeof e.node, "%s", node);
	snprintf(e.unique, sizeof e.unique, "%016x", number);
	return e;
}

static struct key
key_of(const struct pool_entry *e)
{
	struct key k = { .kind = KEY_SESSION };

	memcpy(k.node, e->node, sizeof k.node);
	memcpy(k.user, e->user, sizeof k.user);
	memcpy(k.unique, e->unique, sizeof k.unique);
	return k;
}

struct seen {
	unsigned count;
	uint32_t ids; /* added up */
	uint32_t state;
};

static bool
see(void *arg, const unsigned char *message, size_t len)
{
	struct seen *s = arg;
	struct pool_entry e;

	assert_int_equal(pool_decode_entry(&e, message, len), 0);
	s->count++;
	s->ids += e.id;
	s->state = e.state;
	return true;
}

static struct seen
seen_of(const struct directory *d, const char *user)
{
	struct seen s = { 0 };

	directory_user(d, user, see, &s);
	return s;
}

static bool
count_node(void *arg, const struct pool_member *m)
{
	(void)m;
	++*(unsigned *)arg;
	return true;
}

static unsigned
nodes_of(const struct directory *d)
{
	unsigned n = 0;

	directory_nodes(d, count_node, &n);
	return n;
}

static void
put(struct directory *d, const char *user, const char *node, unsigned number, uint64_t revision)
{
	struct pool_entry e = entry(user, node, number);

	assert_int_equal(directory_put(d, &e, revision), 0);
}

static void
entries_are_the_users(void **state)
{
	struct directory *d = directory_new(NULL);
	struct pool_entry e = entry("alice", "login1", 1);
	struct key k = key_of(&e);

	(void)state;
	put(d, "alice", "login1", 1, 5);
	put(d, "alice", "login2", 2, 6);
	put(d, "bob", "login1", 4, 7);
	assert_int_equal(seen_of(d, "alice").ids, 3);
	assert_int_equal(seen_of(d, "bob").ids, 4);
	assert_int_equal(seen_of(d, "carol").count, 0);
	assert_int_equal(directory_sessions(d, "login1"), 2);
	directory_remove(d, &k, 8);
	assert_int_equal(seen_of(d, "alice").ids, 2);
	assert_int_equal(directory_sessions(d, "login1"), 1);
	directory_free(d);
}

/* A watch that another member goes on with may bring again what is known. */
static void
what_is_older_changes_nothing(void **state)
{
	struct directory *d = directory_new(NULL);
	struct pool_entry e = entry("alice", "login1", 1);
	struct key k = key_of(&e);

	(void)state;
	put(d, "alice", "login1", 1, 10);
	e.state = ATTACH_STATE_ATTACHED;
	assert_int_equal(directory_put(d, &e, 9), 0);
	assert_int_equal(seen_of(d, "alice").state, ATTACH_STATE_DROPPED);
	directory_remove(d, &k, 9);
	assert_int_equal(seen_of(d, "alice").count, 1);
	assert_int_equal(directory_put(d, &e, 11), 0);
	assert_int_equal(seen_of(d, "alice").state, ATTACH_STATE_ATTACHED);
	strcpy(e.name, "longer");
	assert_int_equal(directory_put(d, &e, 12), 0);
	assert_int_equal(seen_of(d, "alice").count, 1);
	directory_remove(d, &k, 13);
	assert_int_equal(seen_of(d, "alice").count, 0);
	directory_free(d);
}

static void
a_reading_sweeps_what_is_gone(void **state)
{
	struct directory *d = directory_new(NULL);
	struct directory_counts c;
	char user[16];

	(void)state;
	for (unsigned i = 1; i <= 300; i++) {
		snprintf(user, sizeof user, "user%u", i);
		put(d, user, i % 2 ? "login1" : "login2", i, i);
	}
	directory_begin(d);
	put(d, "user7", "login1", 7, 7);
	put(d, "user8", "login2", 8, 1000);
	/* After the reading, before its sweep has come to this: newer than the reading. */
	put(d, "user301", "login3", 301, 501);
	while (!directory_sweep(d, 500, 10))
		;
	directory_count(d, &c);
	assert_int_equal(c.entries, 3);
	assert_int_equal(c.users, 3);
	assert_int_equal(seen_of(d, "user7").count, 1);
	assert_int_equal(seen_of(d, "user8").count, 1);
	directory_free(d);
}

/* The cursor of a sweep survives when the user goes that it stands at. */
static void
a_sweep_survives_removals(void **state)
{
	struct directory *d = directory_new(NULL);
	struct directory_counts c;
	char user[16];

	(void)state;
	for (unsigned i = 1; i <= 50; i++) {
		snprintf(user, sizeof user, "user%u", i);
		put(d, user, "login1", i, i);
	}
	directory_begin(d);
	for (unsigned i = 50; i >= 1; i--) {
		struct pool_entry e;
		struct key k;

		directory_sweep(d, 100, 1);
		snprintf(user, sizeof user, "user%u", i > 1 ? i - 1 : 1);
		e = entry(user, "login1", i > 1 ? i - 1 : 1);
		k = key_of(&e);
		directory_remove(d, &k, 200);
	}
	while (!directory_sweep(d, 100, 1))
		;
	directory_count(d, &c);
	assert_int_equal(c.entries, 0);
	assert_int_equal(c.bytes, 0);
	directory_free(d);
}

static void
everything_is_limited(void **state)
{
	struct directory_limits limits = { .entries = 6, .bytes = 1 << 20, .user = 3, .nodes = 3 };
	struct directory *d = directory_new(&limits);
	struct directory_counts c;
	struct pool_entry e;

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		put(d, "alice", "login1", i, i);
	e = entry("alice", "login1", 4);
	assert_int_equal(directory_put(d, &e, 4), -EDQUOT);
	e = entry("alice", "login1", 3);
	e.state = ATTACH_STATE_ATTACHED;
	assert_int_equal(directory_put(d, &e, 5), 0);
	for (unsigned i = 11; i <= 13; i++)
		put(d, "bob", i % 2 ? "login3" : "login2", i, i);
	e = entry("carol", "login2", 20);
	assert_int_equal(directory_put(d, &e, 20), -EDQUOT);
	directory_count(d, &c);
	assert_int_equal(c.entries, 6);
	assert_int_equal(c.users, 2);
	assert_int_equal(c.over, 2);
	directory_free(d);

	limits = (struct directory_limits){ .entries = 100, .bytes = 4000, .user = 100, .nodes = 1 };
	d = directory_new(&limits);
	put(d, "alice", "login1", 1, 1);
	e = entry("alice", "login2", 2);
	assert_int_equal(directory_put(d, &e, 2), -EDQUOT);
	for (unsigned i = 3; i < 50; i++) {
		e = entry("alice", "login1", i);
		directory_put(d, &e, i);
	}
	directory_count(d, &c);
	assert_true(c.bytes <= 4000 && c.entries > 1 && c.entries < 20);
	directory_free(d);
}

/* A node that is taken over writes what it likes below its own name. */
static void
no_node_crowds_out_others(void **state)
{
	struct directory_limits limits = { .entries = 20, .bytes = 1 << 20, .user = 6, .nodes = 9 };
	struct directory *d = directory_new(&limits);
	struct directory_counts c;
	struct pool_entry e;

	(void)state;
	for (unsigned i = 1; i <= 6; i++)
		put(d, "alice", "hostile", i, i);
	e = entry("alice", "hostile", 7);
	assert_int_equal(directory_put(d, &e, 7), -EDQUOT);
	/* Another node's come in for those that were put first, until all nodes have as many. */
	for (unsigned i = 11; i <= 13; i++)
		put(d, "alice", "login1", i, i);
	assert_int_equal(directory_sessions(d, "hostile"), 3);
	assert_int_equal(seen_of(d, "alice").ids, 4 + 5 + 6 + 11 + 12 + 13);
	e = entry("alice", "login1", 14);
	assert_int_equal(directory_put(d, &e, 14), -EDQUOT);
	e = entry("alice", "hostile", 8);
	assert_int_equal(directory_put(d, &e, 15), -EDQUOT);
	/* Of all users' places it can have half. */
	for (unsigned i = 21; i <= 26; i++)
		put(d, "bob", "hostile", i, i);
	put(d, "carol", "hostile", 31, 31);
	e = entry("carol", "hostile", 32);
	assert_int_equal(directory_put(d, &e, 32), -EDQUOT);
	put(d, "carol", "login1", 33, 33);
	directory_count(d, &c);
	assert_int_equal(c.entries, 14);
	assert_int_equal(c.over, 3 + 4);
	directory_free(d);
}

static void
nodes_come_and_go(void **state)
{
	struct directory *d = directory_new(NULL);
	struct value_node n = { .member = { .node = "login1", .address = "login1.example" } };
	struct key k = { .kind = KEY_NODE, .node = "login1" };

	(void)state;
	put(d, "alice", "login1", 1, 1);
	assert_int_equal(nodes_of(d), 0);
	assert_int_equal(directory_put_node(d, &n, 2, 1000), 0);
	assert_int_equal(nodes_of(d), 1);
	directory_remove(d, &k, 1);
	assert_int_equal(nodes_of(d), 1);
	directory_remove(d, &k, 3);
	assert_int_equal(nodes_of(d), 0);
	assert_int_equal(directory_sessions(d, "login1"), 1);
	assert_int_equal(directory_put_node(d, &n, 4, 1000), 0);
	directory_begin(d);
	assert_true(directory_sweep(d, 10, 100));
	assert_int_equal(nodes_of(d), 0);
	directory_free(d);
}

/* What the store would have after each operation of OWN, as "number:state" of the operations. */
static void
take_all(struct own *o, char *out)
{
	struct etcd_op ops[10];
	size_t n = own_take(o, ops, 10);

	*out = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(out);

		sprintf(out + at, "%s=%s ", ops[i].key + strlen(ops[i].key) - 1,
		        !ops[i].value ? "gone" : strstr(ops[i].value, "attached") ? "attached" : "dropped");
	}
}

/* A session of before the last boot: taken out once; others' and those that are told are none of that. */
static void
strays_are_taken_out(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e = entry("alice", "login1", 1), told = entry("alice", "login1", 2), other = entry("alice", "login2", 3);
	char ops[200];

	(void)state;
	own_tell(o, &told, 0);
	own_stray(o, &e);
	own_stray(o, &e);
	own_stray(o, &told);
	own_stray(o, &other);
	take_all(o, ops);
	assert_string_equal(ops, "2=dropped 1=gone ");
	assert_int_equal(own_count(o), 1);
	own_not_written(o);
	take_all(o, ops);
	assert_non_null(strstr(ops, "1=gone "));
	own_written(o, 5);
	assert_false(own_waits(o));
	own_free(o);
}

static void
changes_are_written_once(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e = entry("alice", "login1", 1);
	char ops[200];

	(void)state;
	assert_int_equal(own_tell(o, &e, 0), 0);
	assert_int_equal(own_tell(o, &e, 0), 0);
	assert_true(own_waits(o));
	take_all(o, ops);
	assert_string_equal(ops, "1=dropped ");
	own_written(o, 5);
	assert_false(own_waits(o));
	assert_int_equal(own_tell(o, &e, 0), 0);
	assert_false(own_waits(o));
	e.state = ATTACH_STATE_ATTACHED;
	own_tell(o, &e, 0);
	take_all(o, ops);
	assert_string_equal(ops, "1=attached ");
	/* Not written: again, with what has changed meanwhile. */
	e.state = ATTACH_STATE_DROPPED;
	own_tell(o, &e, 0);
	own_not_written(o);
	take_all(o, ops);
	assert_string_equal(ops, "1=dropped ");
	own_gone(o, e.unique);
	assert_int_equal(own_count(o), 0);
	own_written(o, 6);
	take_all(o, ops);
	assert_string_equal(ops, "1=gone ");
	own_written(o, 7);
	take_all(o, ops);
	assert_string_equal(ops, "");
	own_free(o);
}

/* What is being written stays in memory while it changes. */
static void
texts_stay_while_they_are_written(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e = entry("alice", "login1", 1);
	struct etcd_op op;
	char copy[VALUE_MAX];

	(void)state;
	own_tell(o, &e, 0);
	assert_int_equal(own_take(o, &op, 1), 1);
	snprintf(copy, sizeof copy, "%s", op.value);
	for (int i = 0; i < 5; i++) {
		e.rows++;
		own_tell(o, &e, 0);
		own_gone(o, e.unique);
	}
	assert_string_equal(op.value, copy);
	own_written(o, 5);
	assert_int_equal(own_take(o, &op, 1), 1);
	assert_null(op.value);
	own_lost(o);
	assert_false(own_waits(o));
	own_free(o);
}

static void
a_lost_lease_has_all_written_again(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e;
	char ops[200];

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		e = entry("alice", "login1", i);
		own_tell(o, &e, 0);
	}
	take_all(o, ops);
	own_written(o, 5);
	own_gone(o, e.unique);
	own_lost(o);
	take_all(o, ops);
	assert_int_equal(strlen(ops), 2 * strlen("1=dropped "));
	own_written(o, 6);
	own_free(o);
}

static void
only_our_own_sessions_are_told(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e = entry("alice", "login2", 1);

	(void)state;
	assert_int_equal(own_tell(o, &e, 0), -EINVAL);
	own_gone(o, e.unique);
	assert_false(own_waits(o));
	own_free(o);
}

static void
what_is_not_told_any_more_has_ended(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e = entry("alice", "login1", 1);

	(void)state;
	own_tell(o, &e, 100);
	e = entry("alice", "login1", 2);
	own_tell(o, &e, 200);
	assert_int_equal(own_expire(o, 150), 1);
	assert_int_equal(own_count(o), 1);
	assert_int_equal(own_expire(o, 150), 0);
	own_free(o);
}

static void
what_others_have_changed_is_written_again(void **state)
{
	struct own *o = own_new("red", "login1");
	struct pool_entry e = entry("alice", "login1", 1);
	struct etcd_op op;
	char ops[200], value[VALUE_MAX];

	(void)state;
	own_tell(o, &e, 0);
	assert_int_equal(own_take(o, &op, 1), 1);
	snprintf(value, sizeof value, "%s", op.value);
	own_written(o, 5);
	own_seen(o, e.unique, 5, value, strlen(value));
	own_seen(o, e.unique, 4, NULL, 0);
	assert_false(own_waits(o));
	own_seen(o, e.unique, 6, value, strlen(value));
	assert_false(own_waits(o));
	own_seen(o, e.unique, 7, "{}", 2);
	assert_true(own_waits(o));
	take_all(o, ops);
	own_written(o, 8);
	own_seen(o, e.unique, 9, NULL, 0);
	take_all(o, ops);
	assert_string_equal(ops, "1=dropped ");
	own_written(o, 10);
	/* While ours is being written: what counts is which came last. */
	for (uint64_t revision = 20; revision <= 22; revision++) {
		e.rows++;
		own_tell(o, &e, 0);
		take_all(o, ops);
		own_seen(o, e.unique, revision, "{}", 2);
		own_written(o, 21);
		assert_int_equal(own_waits(o), revision > 21);
	}
	own_free(o);
}

static void
a_member_that_fails_is_left_out(void **state)
{
	struct endpoints e;
	const char *first;
	uint64_t now = 1000;

	(void)state;
	endpoints_init(&e, 4711);
	assert_int_equal(endpoints_add(&e, "http://a:1"), 0);
	assert_int_equal(endpoints_add(&e, "http://b:1/"), 0);
	assert_int_equal(endpoints_add(&e, "http://c:1"), 0);
	endpoints_begin(&e);
	first = endpoints_url(&e);
	assert_int_equal(endpoints_due(&e, now), 0);
	endpoints_failed(&e, now);
	assert_string_not_equal(endpoints_url(&e), first);
	assert_int_equal(endpoints_due(&e, now), 0);
	assert_int_equal(endpoints_in(&e, now), 2);
	endpoints_failed(&e, now);
	assert_string_not_equal(endpoints_url(&e), first);
	endpoints_failed(&e, now);
	/* All are out: the first that comes back, not before its time. */
	assert_true(endpoints_due(&e, now) > now);
	assert_int_equal(endpoints_in(&e, now), 0);
	for (int i = 0; i < 100; i++) {
		uint64_t due = endpoints_due(&e, now);

		assert_true(due <= now + ENDPOINTS_OUT_MAX_MS);
		now = due > now ? due : now;
		endpoints_failed(&e, now);
	}
	/* A hundred failures of three members: each was asked again after longer and longer pauses. */
	assert_true(now > 100 / 3 * ENDPOINTS_OUT_MAX_MS / 4);
	now += ENDPOINTS_OUT_MAX_MS;
	endpoints_answered(&e);
	assert_int_equal(endpoints_due(&e, now), 0);
	endpoints_failed(&e, now);
	assert_int_equal(endpoints_in(&e, now), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_the_users),
		cmocka_unit_test(what_is_older_changes_nothing),
		cmocka_unit_test(a_reading_sweeps_what_is_gone),
		cmocka_unit_test(a_sweep_survives_removals),
		cmocka_unit_test(everything_is_limited),
		cmocka_unit_test(no_node_crowds_out_others), cmocka_unit_test(nodes_come_and_go),
		cmocka_unit_test(strays_are_taken_out), cmocka_unit_test(changes_are_written_once),
		cmocka_unit_test(texts_stay_while_they_are_written),
		cmocka_unit_test(a_lost_lease_has_all_written_again),
		cmocka_unit_test(only_our_own_sessions_are_told),
		cmocka_unit_test(what_is_not_told_any_more_has_ended),
		cmocka_unit_test(what_others_have_changed_is_written_again),
		cmocka_unit_test(a_member_that_fails_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
