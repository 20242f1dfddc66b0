/* SPDX-License-Identifier: MIT */
/*
 * store: two nodes at a real etcd of three members.  What one publishes the other sees, also when members die, freeze,
 * lose their data, and when the store wants names and passwords.
 */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"
#include "clock.h"
#include "etcds.h"
#include "log.h"
#include "store.h"

#define POOL "red"

static struct etcds etcds;

struct node {
	struct http *http;
	struct own *own;
	struct directory *directory;
	struct store *store;
	struct store_options options;
};

static struct node a, b;

/* As the usual ones, but for what a test would wait for. */
static const struct store_times hurried = {
	.lease_s = 9, .renew = 3000, .proof = 3000, .echo = 3000, .read = 2000, .node = 8000, .count = 4000, .quick = 2500,
	.patient = 5000,
};

/* FIRST: the member that is used first, or -1: any of the three. */
static void
node_begin(struct node *n, const char *name, const char *pool, int first)
{
	static const struct http_files files;
	struct store_options *o = &n->options;

	memset(n, 0, sizeof *n);
	n->http = http_new(&files);
	n->own = own_new(pool, name);
	n->directory = directory_new(NULL);
	o->pool = pool;
	snprintf(o->self.node, sizeof o->self.node, "%s", name);
	snprintf(o->self.address, sizeof o->self.address, "%s.example", name);
	snprintf(o->self.version, sizeof o->self.version, "1");
	o->times = hurried;
	o->instance = clock_now_ms() ^ (uintptr_t)n;
	o->user = o->password_file = "";
	o->http = n->http;
	o->own = n->own;
	o->directory = n->directory;
	endpoints_init(&o->endpoints, 4711);
	for (int i = 0; i < ETCDS; i++) {
		char url[64];

		etcds_url(&etcds, first < 0 ? i : (first + i) % ETCDS, url);
		endpoints_add(&o->endpoints, url);
	}
	n->store = store_new(o);
	assert_non_null(n->store);
}

static void
node_end(struct node *n)
{
	store_free(n->store);
	own_free(n->own);
	directory_free(n->directory);
	http_free(n->http);
	memset(n, 0, sizeof *n);
}

static void
turn(struct node *n)
{
	if (!n->store)
		return;
	store_turn(n->store, clock_now_ms());
	http_wait(n->http, NULL, 0, 2);
	http_turn(n->http);
}

static void
run_for(unsigned ms)
{
	uint64_t end = clock_now_ms() + ms;

	while (clock_now_ms() < end) {
		turn(&a);
		turn(&b);
	}
}

struct seen {
	unsigned count;
	uint32_t state, id;
};

static bool
see(void *arg, const unsigned char *message, size_t len)
{
	struct seen *s = arg;
	struct pool_entry e;

	assert_int_equal(pool_decode_entry(&e, message, len), 0);
	s->count++;
	s->state = e.state;
	s->id = e.id;
	return true;
}

static struct seen
seen_by(const struct node *n, const char *user)
{
	struct seen s = { 0 };

	directory_user(n->directory, user, see, &s);
	return s;
}

static uint32_t
store_state(const struct node *n, struct pool_health *h)
{
	memset(h, 0, sizeof *h);
	store_health(n->store, clock_now_ms(), h);
	return h->store;
}

static bool
all_is_well(void)
{
	struct pool_health h;

	return store_state(&a, &h) == POOL_STORE_OK && (!b.store || store_state(&b, &h) == POOL_STORE_OK);
}

static uint64_t took_ms; /* of the last RUN_UNTIL */

/* Runs until CONDITION holds. */
#define RUN_UNTIL(condition, limit_s) \
	do { \
		uint64_t began_ = clock_now_ms(); \
		while (!(condition)) { \
			turn(&a); \
			turn(&b); \
			if (clock_now_ms() - began_ > (limit_s) * 1000u) \
				fail_msg("not within %d s: %s", (limit_s), #condition); \
		} \
		took_ms = clock_now_ms() - began_; \
	} while (0)

static void
tell(struct node *n, const char *user, unsigned number, uint32_t state)
{
	struct pool_entry e = { .id = number, .state = state, .kind = ATTACH_KIND_TERMINAL, .rows = 24, .cols = 80 };

	snprintf(e.user, sizeof e.user, "%s", user);
	snprintf(e.node, sizeof e.node, "%s", n->options.self.node);
	snprintf(e.address, sizeof e.address, "%s", n->options.self.address);
	snprintf(e.unique, sizeof e.unique, "%016x", number);
	assert_int_equal(own_tell(n->own, &e, clock_now_ms()), 0);
}

static void
gone(struct node *n, unsigned number)
{
	char unique[POOL_UNIQUE];

	snprintf(unique, sizeof unique, "%016x", number);
	own_gone(n->own, unique);
}

/* etcdctl's words, run for their effect. */
static int
etcdctl(const char *words)
{
	char line[640], url[64];

	etcds_url(&etcds, 0, url);
	snprintf(line, sizeof line, "ETCDCTL_API=3 etcdctl --endpoints=%s %s >/dev/null 2>&1 </dev/null", url, words);
	return system(line);
}

static int
setup(void **state)
{
	(void)state;
	node_begin(&a, "login1", POOL, 0);
	node_begin(&b, "login2", POOL, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (a.store)
		node_end(&a);
	if (b.store)
		node_end(&b);
	etcdctl("del --prefix /holdfast/");
	return 0;
}

static void
a_session_is_seen_changed_and_gone(void **state)
{
	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 10);
	print_message("a session is seen after %u ms\n", (unsigned)took_ms);
	tell(&a, "alice", 1, ATTACH_STATE_DROPPED);
	RUN_UNTIL(seen_by(&b, "alice").state == ATTACH_STATE_DROPPED, 10);
	print_message("a change is seen after %u ms\n", (unsigned)took_ms);
	gone(&a, 1);
	RUN_UNTIL(seen_by(&b, "alice").count == 0 && seen_by(&a, "alice").count == 0, 10);
}

/* More than one page, and more than one write. */
static void
many_sessions_are_read(void **state)
{
	struct directory_counts c;
	char user[16];

	(void)state;
	node_end(&b);
	for (unsigned i = 1; i <= 2500; i++) {
		snprintf(user, sizeof user, "user%u", i % 500);
		tell(&a, user, i, ATTACH_STATE_DROPPED);
	}
	RUN_UNTIL(directory_sessions(a.directory, "login1") == 2500, 60);
	node_begin(&b, "login2", POOL, 1);
	RUN_UNTIL(directory_sessions(b.directory, "login1") == 2500 && all_is_well(), 60);
	print_message("2500 sessions are read after %u ms\n", (unsigned)took_ms);
	directory_count(b.directory, &c);
	assert_int_equal(c.entries, 2500);
	assert_int_equal(seen_by(&b, "user7").count, 5);
	gone(&a, 7);
	RUN_UNTIL(directory_sessions(b.directory, "login1") == 2499, 10);
}

static void
a_killed_member_is_left_out(void **state)
{
	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	etcds_signal(&etcds, 0, SIGKILL);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 30);
	print_message("a member is killed: a session is seen after %u ms\n", (unsigned)took_ms);
	RUN_UNTIL(all_is_well(), 30);
	assert_int_equal(etcds_start_one(&etcds, 0, false), 0);
	run_for(1000);
}

static void
a_frozen_member_is_left_out(void **state)
{
	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	etcds_signal(&etcds, 0, SIGSTOP);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 30);
	print_message("the writer's member is frozen: a session is seen after %u ms\n", (unsigned)took_ms);
	etcds_signal(&etcds, 0, SIGCONT);
	RUN_UNTIL(all_is_well(), 30);
	etcds_signal(&etcds, 1, SIGSTOP);
	tell(&a, "alice", 1, ATTACH_STATE_DROPPED);
	RUN_UNTIL(seen_by(&b, "alice").state == ATTACH_STATE_DROPPED, 30);
	print_message("the reader's member is frozen: a change is seen after %u ms\n", (unsigned)took_ms);
	etcds_signal(&etcds, 1, SIGCONT);
	run_for(500);
}

/* One of three has no quorum: its answers count for nothing. */
static void
without_a_quorum_nothing_is_new(void **state)
{
	struct pool_health h;

	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 10);
	etcds_signal(&etcds, 0, SIGSTOP);
	etcds_signal(&etcds, 2, SIGSTOP);
	RUN_UNTIL(*(store_state(&b, &h), h.text) != '\0', 30);
	print_message("no quorum: said after %u ms: %s\n", (unsigned)took_ms, h.text);
	assert_true(store_usable(b.store, clock_now_ms()));
	assert_int_equal(seen_by(&b, "alice").count, 1);
	RUN_UNTIL(!store_usable(b.store, clock_now_ms()), 20);
	print_message("no quorum: what was known is used for %u ms more\n", (unsigned)took_ms);
	assert_int_equal(store_state(&b, &h), POOL_STORE_AWAY);
	tell(&a, "alice", 2, ATTACH_STATE_ATTACHED);
	run_for(500);
	etcds_signal(&etcds, 0, SIGCONT);
	etcds_signal(&etcds, 2, SIGCONT);
	RUN_UNTIL(all_is_well() && seen_by(&b, "alice").count == 2, 60);
	print_message("a quorum again: all is well after %u ms\n", (unsigned)took_ms);
}

/* A node that dies leaves nothing behind. */
static void
a_lease_ends_with_its_node(void **state)
{
	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 10);
	node_end(&a);
	RUN_UNTIL(seen_by(&b, "alice").count == 0, 90);
	print_message("a dead node's session is gone after %u ms\n", (unsigned)took_ms);
	node_begin(&a, "login1", POOL, 0);
}

static void
what_others_delete_is_written_again(void **state)
{
	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 10);
	assert_int_equal(etcdctl("del --prefix /holdfast/" POOL "/sessions/"), 0);
	run_for(300);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 30);
	assert_int_equal(etcdctl("put /holdfast/" POOL "/sessions/login1/alice/0000000000000001 x"), 0);
	run_for(300);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 30);
	/* Leases that somebody revokes, too. */
	assert_int_equal(etcdctl("lease list | grep -E '^[0-9a-f]{10,}$' | while read -r l; do etcdctl lease revoke $l; done"), 0);
	RUN_UNTIL(all_is_well() && seen_by(&b, "alice").count == 1, 60);
}

static void
two_pools_share_a_store(void **state)
{
	(void)state;
	node_end(&b);
	node_begin(&b, "login1", "blue", 1);
	RUN_UNTIL(all_is_well(), 30);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	tell(&b, "alice", 2, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&a, "alice").count == 1 && seen_by(&b, "alice").count == 1, 10);
	run_for(500);
	assert_int_equal(seen_by(&a, "alice").id, 1);
	assert_int_equal(seen_by(&b, "alice").id, 2);
}

static void
compacted_revisions_are_read_anew(void **state)
{
	char line[128];
	struct pool_health h;

	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(seen_by(&b, "alice").count == 1, 10);
	/* B does not turn while its revision is compacted away, and its member ends the watch. */
	store_state(&a, &h);
	for (int i = 0; i < 5; i++) {
		tell(&a, "alice", 1, i % 2 ? ATTACH_STATE_ATTACHED : ATTACH_STATE_DROPPED);
		for (uint64_t end = clock_now_ms() + 200; clock_now_ms() < end;)
			turn(&a);
	}
	store_state(&a, &h);
	snprintf(line, sizeof line, "compact %llu", (unsigned long long)h.revision);
	assert_int_equal(etcdctl(line), 0);
	etcds_signal(&etcds, 1, SIGKILL);
	/* What B's connection still has in its buffers is not the end of it. */
	run_for(1000);
	tell(&a, "alice", 2, ATTACH_STATE_DROPPED);
	RUN_UNTIL(all_is_well() && seen_by(&b, "alice").count == 2, 60);
	assert_int_equal(etcds_start_one(&etcds, 1, false), 0);
	run_for(1000);
}

/* The whole store has lost its data, and counts its revisions anew. */
static void
a_store_that_was_set_back_is_filled_again(void **state)
{
	struct pool_health h;
	uint64_t before;

	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	for (int i = 0; i < 40; i++) {
		tell(&a, "alice", 1, i % 2 ? ATTACH_STATE_ATTACHED : ATTACH_STATE_DROPPED);
		run_for(60);
	}
	store_state(&a, &h);
	before = h.revision;
	for (int i = 0; i < ETCDS; i++)
		etcds_signal(&etcds, i, SIGKILL);
	for (int i = 0; i < ETCDS; i++)
		assert_int_equal(etcds_start_one(&etcds, i, true), 0);
	RUN_UNTIL((store_state(&a, &h), h.revision < before) && (store_state(&b, &h), h.revision < before), 60);
	RUN_UNTIL(all_is_well() && seen_by(&a, "alice").count == 1 && seen_by(&b, "alice").count == 1, 60);
	print_message("an empty store is filled again after %u ms\n", (unsigned)took_ms);
	tell(&a, "alice", 2, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(all_is_well() && seen_by(&b, "alice").count == 2, 60);
}

static void
write_password(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

/* etcdctl as root of the store. */
static int
as_root(const char *words)
{
	char line[400];

	snprintf(line, sizeof line, "--user root:secret %s", words);
	return etcdctl(line);
}

static void
names_and_passwords(void **state)
{
	struct pool_health h;
	char file[96];

	(void)state;
	snprintf(file, sizeof file, "%s/password", etcds.dir);
	RUN_UNTIL(all_is_well(), 30);
	assert_int_equal(etcdctl("user add root:secret"), 0);
	assert_int_equal(etcdctl("role add node1"), 0);
	assert_int_equal(etcdctl("role grant-permission node1 --prefix=true read /holdfast/" POOL "/"), 0);
	assert_int_equal(etcdctl("role grant-permission node1 readwrite /holdfast/" POOL "/nodes/login1"), 0);
	assert_int_equal(etcdctl("role grant-permission node1 readwrite /holdfast/" POOL "/proofs/login1"), 0);
	assert_int_equal(etcdctl("role grant-permission node1 --prefix=true readwrite /holdfast/" POOL "/sessions/login1/"), 0);
	assert_int_equal(etcdctl("user add login1:correct"), 0);
	assert_int_equal(etcdctl("user grant-role login1 node1"), 0);
	assert_int_equal(etcdctl("auth enable"), 0);
	node_end(&a);
	/* B has no name: it is told, and goes on trying. */
	RUN_UNTIL(strstr((store_state(&b, &h), h.text), "user name"), 30);
	node_end(&b);
	node_begin(&a, "login1", POOL, 0);
	a.options.user = "login1";
	a.options.password_file = file;
	store_free(a.store);
	a.store = store_new(&a.options);
	write_password(file, "correct\n", 0644);
	RUN_UNTIL(strstr((store_state(&a, &h), h.text), "PoolUser"), 30);
	write_password(file, "wrong\n", 0600);
	RUN_UNTIL(strstr((store_state(&a, &h), h.text), "authentication failed"), 30);
	write_password(file, "correct\n", 0600);
	tell(&a, "alice", 1, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(all_is_well() && seen_by(&a, "alice").count == 1, 60);
	/* A member that was restarted knows no token any more. */
	for (int i = 0; i < ETCDS; i++) {
		etcds_signal(&etcds, i, SIGKILL);
		assert_int_equal(etcds_start_one(&etcds, i, false), 0);
	}
	tell(&a, "alice", 2, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(all_is_well() && seen_by(&a, "alice").count == 2, 60);
	assert_int_equal(as_root("auth disable"), 0);
	node_begin(&b, "login2", POOL, 1);
	RUN_UNTIL(all_is_well() && seen_by(&b, "alice").count == 2, 60);
	tell(&a, "alice", 3, ATTACH_STATE_ATTACHED);
	RUN_UNTIL(all_is_well() && seen_by(&b, "alice").count == 3, 60);
	assert_int_equal(etcdctl("user delete root"), 0);
	assert_int_equal(etcdctl("user delete login1"), 0);
	assert_int_equal(etcdctl("role delete node1"), 0);
}

static void
a_twin_is_noticed(void **state)
{
	struct pool_health h;

	(void)state;
	RUN_UNTIL(all_is_well(), 30);
	node_end(&b);
	node_begin(&b, "login1", POOL, 1);
	RUN_UNTIL(strstr((store_state(&a, &h), h.text), "PoolNode must differ"), 90);
}

static int
begin(void **state)
{
	(void)state;
	log_open("test_store", true);
	return etcds_start(&etcds, ETCDS);
}

static int
end(void **state)
{
	(void)state;
	etcds_stop(&etcds);
	return 0;
}

/* An argument is a pattern of tests' names. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_session_is_seen_changed_and_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(many_sessions_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(what_others_delete_is_written_again, setup, teardown),
		cmocka_unit_test_setup_teardown(two_pools_share_a_store, setup, teardown),
		cmocka_unit_test_setup_teardown(a_killed_member_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(a_frozen_member_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(compacted_revisions_are_read_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(a_twin_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(names_and_passwords, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_quorum_nothing_is_new, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lease_ends_with_its_node, setup, teardown),
		cmocka_unit_test_setup_teardown(a_store_that_was_set_back_is_filled_again, setup, teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	if (!etcds_there() || access("/usr/bin/etcdctl", X_OK)) {
		puts("no etcd and etcdctl: nothing was tested");
		return 77;
	}
	return cmocka_run_group_tests(tests, begin, end);
}
