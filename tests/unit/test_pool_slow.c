/* SPDX-License-Identifier: MIT */
/* store: one member that is slow, or silent.  What is under way goes on as long as it may; the clock and HTTP are made up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "base64.h"
#include "clock.h"
#include "store.h"

#define CALLS 32
#define STEP_MS 1000
#define SAFE 60000 /* the lease of store.c */
/* "/holdfast/red/sessions/login1/" in base64: 30 bytes, so that what follows does not change it */
#define SESSIONS "L2hvbGRmYXN0L3JlZC9zZXNzaW9ucy9sb2dpbjEv"

struct http_call {
	struct http_request r;
	char url[300], body[1 << 17];
	unsigned number; /* 0: it is over */
};

static struct http_call calls[CALLS];
static unsigned begun;
static uint64_t now;
static struct store *store;
static unsigned revision;

uint64_t
clock_now_ms(void)
{
	return now;
}

uint64_t
clock_date_ms(void)
{
	return now;
}

struct http *
http_new(const struct http_files *files)
{
	(void)files;
	return NULL;
}

void
http_free(struct http *h)
{
	(void)h;
}

struct http_call *
http_start(struct http *h, const struct http_request *r)
{
	(void)h;
	for (struct http_call *c = calls; c < calls + CALLS; c++) {
		if (c->number)
			continue;
		c->r = *r;
		c->number = ++begun;
		snprintf(c->url, sizeof c->url, "%s", r->url);
		snprintf(c->body, sizeof c->body, "%s", r->body);
		return c;
	}
	return NULL;
}

void
http_cancel(struct http *h, struct http_call *call)
{
	(void)h;
	if (call)
		call->number = 0;
}

static struct http_call *
find(const char *path)
{
	for (struct http_call *c = calls; c < calls + CALLS; c++)
		if (c->number && strstr(c->url, path))
			return c;
	return NULL;
}

static void
say(struct http_call *c, const char *text)
{
	assert_int_equal(c->r.data(c->r.arg, text, strlen(text)), 0);
}

static void
answer(struct http_call *c, const char *text)
{
	struct http_request r = c->r;

	say(c, text);
	c->number = 0;
	r.done(r.arg, 200, "");
}

/* Answers all but the watch, and the lease if it is LATE. */
static void
serve(bool late)
{
	struct http_call *c;
	char text[200];

	while ((c = find("/v3/kv/range")))
		snprintf(text, sizeof text, "{\"header\":{\"revision\":\"%u\"}}", revision), answer(c, text);
	while ((c = find("/v3/kv/txn")))
		snprintf(text, sizeof text, "{\"header\":{\"revision\":\"%u\"},\"succeeded\":true}", ++revision), answer(c, text);
	while ((c = find("/v3/lease/grant")))
		answer(c, "{\"ID\":\"77\",\"TTL\":\"60\"}");
	while (!late && (c = find("/v3/lease/keepalive")))
		answer(c, "{\"result\":{\"ID\":\"77\",\"TTL\":\"60\"}}");
}

/* Lets a time pass, step by step. */
static void
pass(unsigned ms, bool late)
{
	for (unsigned i = 0; i < ms; i += STEP_MS) {
		now += STEP_MS;
		store_turn(store, now);
		serve(late);
	}
}

/* The watch brings KEY with VALUE. */
static void
bring(const char *key, const char *value)
{
	struct http_call *c = find("/v3/watch");
	char k[400], v[400], text[1000];

	assert_non_null(c);
	base64_encode((const unsigned char *)key, strlen(key), k);
	base64_encode((const unsigned char *)value, strlen(value), v);
	snprintf(text, sizeof text, "{\"result\":{\"header\":{\"revision\":\"%u\"},\"events\":[{\"kv\":{\"key\":\"%.*s\","
	         "\"mod_revision\":\"%u\",\"value\":\"%.*s\"}}]}}\n", revision, (int)BASE64_LEN(strlen(key)), k, revision,
	         (int)BASE64_LEN(strlen(value)), v);
	say(c, text);
}

static void
bring_proof(void)
{
	bring(store->write.proof_key, store->write.proof_value);
}

/* Something that is not ours, and that nobody can read. */
static void
bring_something(void)
{
	bring("/holdfast/red/nodes/login9", "{}");
}

/* A store that has been read, and a watch with a proof under way: the watch's number. */
static unsigned
begin(void)
{
	static struct store_options o = { .pool = "red", .self = { .node = "login1" }, .user = "", .password_file = "" };

	now = 1000000;
	revision = 10;
	memset(calls, 0, sizeof calls);
	o.own = own_new("red", "login1");
	o.directory = directory_new(NULL);
	endpoints_init(&o.endpoints, 1);
	assert_int_equal(endpoints_add(&o.endpoints, "http://127.0.0.1:1"), 0);
	store = store_new(&o);
	assert_non_null(store);
	for (int i = 0; i < 5; i++)
		pass(STEP_MS, false);
	assert_non_null(find("/v3/watch"));
	assert_true(store->write.written_ms != 0);
	return find("/v3/watch")->number;
}

static void
end(void)
{
	struct own *own = store->o.own;
	struct directory *directory = store->o.directory;

	store_free(store);
	own_free(own);
	directory_free(directory);
}

/* The first proof comes behind a minute of other news; no other one is written, and nothing is asked for twice. */
static void
a_watch_that_is_behind_goes_on(void **state)
{
	unsigned watch = begin();
	uint64_t written = store->write.written_ms, number = store->write.proof_number;

	(void)state;
	while (now < written + SAFE - 2 * STEP_MS) {
		pass(STEP_MS, false);
		bring_something();
	}
	assert_int_equal(find("/v3/watch")->number, watch);
	assert_int_equal(store->write.proof_number, number);
	bring_proof();
	assert_true(store_usable(store, now));
	/* The next one is due at once. */
	pass(STEP_MS, false);
	assert_int_equal(store->write.proof_number, number + 1);
	assert_int_equal(find("/v3/watch")->number, watch);
	end();
}

static void
a_silent_one_is_begun_anew(void **state)
{
	unsigned watch = begin();

	(void)state;
	pass(20000, false);
	assert_int_equal(find("/v3/watch")->number, watch);
	pass(12000, false);
	assert_int_not_equal(find("/v3/watch")->number, watch);
	end();
}

/* One that brings all but the proof may have lost it.  The next one gets more time. */
static void
one_without_the_proof_is_begun_anew(void **state)
{
	unsigned watch = begin();
	uint64_t since = store->write.written_ms;

	(void)state;
	for (unsigned limit = SAFE; limit <= 4 * SAFE; limit *= 2) {
		while (find("/v3/watch")->number == watch) {
			bring_something();
			pass(STEP_MS, false);
		}
		assert_in_range(now - since, limit, limit + 3 * STEP_MS);
		pass(STEP_MS, false);
		watch = find("/v3/watch")->number;
		since = store->write.written_ms;
	}
	bring_proof();
	assert_int_equal(store->mirror.unproven, 0);
	end();
}

/* The same, of a time before what was written. */
static void
bring_old(void)
{
	unsigned last = revision;

	revision = 1;
	bring_something();
	revision = last;
}

static void
tell(unsigned from, unsigned to)
{
	struct pool_entry e = { .kind = 1 };

	snprintf(e.user, sizeof e.user, "alice");
	snprintf(e.node, sizeof e.node, "login1");
	snprintf(e.address, sizeof e.address, "login1.example");
	for (e.id = from; e.id <= to; e.id++) {
		snprintf(e.unique, sizeof e.unique, "%016x", e.id);
		assert_int_equal(own_tell(store->o.own, &e, now), 0);
	}
}

/* How many sessions the next write has, -1: there is none; it is answered, and the watch brings it if it COMES. */
static int
next_write(bool comes)
{
	struct http_call *c;
	int n = -1;

	now += 50;
	store_turn(store, now);
	now += 50;
	store_turn(store, now);
	c = find("/v3/kv/txn");
	if (c)
		n = 0;
	if (c)
		for (const char *at = c->body; (at = strstr(at, SESSIONS)); at++)
			n++;
	serve(false);
	if (comes)
		bring_something();
	return n;
}

/* What is written comes back before more is written; more at a time while that is quick, and less when it is not. */
static void
writes_as_the_store_can_tell(void **state)
{
	uint64_t since;

	(void)state;
	begin();
	bring_proof();
	tell(1, 200);
	for (unsigned batch = 4; batch < 32; batch *= 2)
		assert_int_equal(next_write(true), batch);
	assert_int_equal(next_write(false), 32);
	assert_int_equal(next_write(false), -1);
	pass(11000, false);
	assert_int_equal(next_write(true), -1);
	assert_int_equal(next_write(true), 16);
	/* A watch that does not come so far does not hold it up for ever. */
	assert_int_equal(next_write(false), 32);
	since = now;
	do {
		now += STEP_MS;
		bring_old();
	} while (next_write(false) < 1 && now < since + 2 * SAFE);
	assert_in_range(now - since, SAFE / 2 + STEP_MS, SAFE + 3 * STEP_MS);
	end();
}

/* A watch that is so far behind that it is not given up for much longer: writes wait for it as long as the lease. */
static void
writes_wait_no_longer_than_the_lease(void **state)
{
	unsigned watch = begin();
	uint64_t since;

	(void)state;
	while (find("/v3/watch")->number == watch) {
		bring_something();
		pass(STEP_MS, false);
	}
	pass(STEP_MS, false);
	watch = find("/v3/watch")->number;
	bring_something();
	tell(1, 99);
	assert_in_range(next_write(false), 1, 98);
	since = now;
	do {
		now += STEP_MS;
		bring_old();
	} while (next_write(false) < 1 && now < since + 2 * SAFE);
	assert_in_range(now - since, SAFE - STEP_MS, SAFE + 2 * STEP_MS);
	assert_int_equal(find("/v3/watch")->number, watch);
	end();
}

/* A store whose answers take long is not asked twice for that; nor for what the watch shows. */
static void
has_the_patience_that_is_needed(void **state)
{
	(void)state;
	begin();
	bring_proof();
	for (int i = 0; i < 10; i++) {
		pass(STEP_MS, true);
		bring_something();
	}
	now += 3000;
	store_turn(store, now);
	assert_null(find("/v3/kv/range"));
	now += 3000;
	store_turn(store, now);
	assert_int_equal(find("/v3/kv/range")->r.timeout_ms, 8000);
	now += 7000;
	serve(true);
	now += 6000;
	store_turn(store, now);
	assert_int_equal(find("/v3/kv/range")->r.timeout_ms, 28000);
	end();
}

/* A lease that ended is followed by a longer one, and that, when all is well, by a usual one. */
static void
asks_for_longer_leases(void **state)
{
	(void)state;
	begin();
	bring_proof();
	for (unsigned limit = SAFE, times = 0; times < 3; times++, limit *= 2) {
		assert_true(store_lease_ms(store) == limit);
		pass(limit + STEP_MS, true);
	}
	assert_true(store_lease_ms(store) == 8 * SAFE);
	bring_something();
	for (unsigned i = 0; i < 25 * 60 && store_lease_ms(store) != SAFE; i++) {
		pass(STEP_MS, false);
		bring_proof();
	}
	assert_true(store_lease_ms(store) == SAFE);
	pass(STEP_MS, false);
	assert_int_equal(store->lease.id, 77);
	/* Of a store that takes long for its answers. */
	store->took_ms = 4000;
	store_lost_all(store, now);
	store_turn(store, now);
	assert_non_null(strstr(find("/v3/lease/grant")->body, "\"120\""));
	end();
}

/* The lease is asked for by one request until it has ended. */
static void
the_lease_is_renewed_by_one_request(void **state)
{
	struct http_call *c;
	unsigned first;

	(void)state;
	begin();
	bring_proof();
	while (!(c = find("/v3/lease/keepalive")))
		pass(STEP_MS, true);
	first = c->number;
	assert_in_range(c->r.timeout_ms, 30000, 40000);
	pass(30000, true);
	assert_int_equal(find("/v3/lease/keepalive")->number, first);
	answer(find("/v3/lease/keepalive"), "{\"result\":{\"ID\":\"77\",\"TTL\":\"60\"}}");
	assert_int_equal(store->lease.id, 77);
	assert_true(store->lease.renewed_ms + 29000 <= now);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watch_that_is_behind_goes_on), cmocka_unit_test(a_silent_one_is_begun_anew),
		cmocka_unit_test(one_without_the_proof_is_begun_anew), cmocka_unit_test(the_lease_is_renewed_by_one_request),
		cmocka_unit_test(writes_as_the_store_can_tell), cmocka_unit_test(writes_wait_no_longer_than_the_lease),
		cmocka_unit_test(has_the_patience_that_is_needed), cmocka_unit_test(asks_for_longer_leases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
