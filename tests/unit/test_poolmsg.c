/* SPDX-License-Identifier: MIT */
/* The messages with holdfast-pool: there and back, what is refused, and no byte too many read of damaged ones. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "attach.h"
#include "poolmsg.h"

static const struct pool_entry entry = {
	.unique = "00112233445566ff", .user = "alice", .node = "login3", .address = "login3.cluster.example",
	.boot = { 1, 2, 3, [15] = 16 }, .id = 7, .name = "work", .identity = { { 9, [31] = 8 } },
	.state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL, .created_ms = 1700000000001, .changed_ms = 1700000000002,
	.activity_ms = 1700000000003, .lost_ms = 1700000000004, .lost_heard_ms = 1700000000005,
	.lost_used_ms = 1700000000006, .rows = 24, .cols = 80, .term = "xterm-256color", .program = "vim", .hops = 1,
};
static const struct pool_gone gone = { .unique = "00112233445566ff", .user = "alice" };
static const struct pool_node drained = { .drained = 1 };
static const struct pool_ask ask_user = { .what = POOL_WHAT_USER, .user = "alice" };
static const struct pool_ask ask_members = { .what = POOL_WHAT_MEMBERS };
static const struct pool_member member = {
	.node = "login3", .address = "192.0.2.3", .boot = { 4 }, .version = "0.9.0", .drained = 1, .sessions = 12,
	.seen_ms = 1700000000000,
};
static const struct pool_health health = {
	.store = POOL_STORE_AWAY, .since_ms = 1700000000000, .revision = UINT64_MAX, .text = "no endpoint answers",
	.entries = 10000, .skipped = 3, .more = 1, .node = "login1", .pool = "main",
};

struct kind {
	const char *name;
	const void *m;
	size_t size;
	int (*encode)(const void *m, unsigned char *out, size_t cap);
	int (*decode)(void *m, const void *buf, size_t len);
};

#define KIND(what)                                                                                                     \
	static int encode_##what(const void *m, unsigned char *out, size_t cap)                                        \
	{                                                                                                              \
		return pool_encode_##what(m, out, cap);                                                                \
	}                                                                                                              \
	static int decode_##what(void *m, const void *buf, size_t len) { return pool_decode_##what(m, buf, len); }

static int
encode_entry(const void *m, unsigned char *out, size_t cap)
{
	return pool_encode_entry(POOL_ENTRY, m, out, cap);
}

static int
encode_tell(const void *m, unsigned char *out, size_t cap)
{
	return pool_encode_entry(POOL_TELL, m, out, cap);
}

static int
decode_entry(void *m, const void *buf, size_t len)
{
	return pool_decode_entry(m, buf, len);
}

KIND(gone)
KIND(node)
KIND(ask)
KIND(member)
KIND(health)

#define OF(what, m) { #what, &m, sizeof m, encode_##what, decode_##what }
static const struct kind kinds[] = {
	OF(entry, entry), { "tell", &entry, sizeof entry, encode_tell, decode_entry }, OF(gone, gone), OF(node, drained),
	OF(ask, ask_user), OF(ask, ask_members), OF(member, member), OF(health, health),
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* Decodes LEN bytes from a block of exactly that size, which valgrind and the address sanitizer watch. */
static int
decode(const struct kind *k, void *got, const unsigned char *bytes, size_t len)
{
	unsigned char *block = malloc(len ? len : 1);
	int rc;

	assert_non_null(block);
	memcpy(block, bytes, len);
	rc = k->decode(got, block, len);
	free(block);
	return rc;
}

static void
there_and_back(void **state)
{
	unsigned char buf[POOL_MESSAGE_MAX + 16], got[sizeof(struct pool_entry) + sizeof(struct pool_health)];

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];
		int len = k->encode(k->m, buf, sizeof buf);

		assert_true(len > 0);
		assert_int_equal(decode(k, got, buf, (size_t)len), 0);
		assert_memory_equal(got, k->m, k->size);
		/* What a newer version appends is passed over; a message that is too short is refused. */
		memset(buf + len, 0x55, 16);
		assert_int_equal(decode(k, got, buf, (size_t)len + 16), 0);
		assert_memory_equal(got, k->m, k->size);
		for (int n = 0; n < len; n++)
			assert_int_equal(decode(k, got, buf, (size_t)n), -EBADMSG);
		for (int cap = 0; cap < len; cap++)
			assert_int_equal(k->encode(k->m, buf, (size_t)cap), -EMSGSIZE);
	}
}

static void
of_its_own_type_alone(void **state)
{
	unsigned char buf[POOL_MESSAGE_MAX], got[sizeof(struct pool_entry) + sizeof(struct pool_health)];

	(void)state;
	assert_int_equal(pool_type_of("", 0), -EBADMSG);
	for (size_t i = 0; i < KINDS; i++)
		for (size_t j = 0; j < KINDS; j++) {
			int len = kinds[i].encode(kinds[i].m, buf, sizeof buf);

			assert_int_equal(pool_type_of(buf, (size_t)len), buf[0]);
			if (kinds[i].decode != kinds[j].decode)
				assert_int_equal(decode(&kinds[j], got, buf, (size_t)len), -EBADMSG);
		}
}

/* The largest values fit into POOL_MESSAGE_MAX. */
static void
largest(void **state)
{
	struct pool_entry e = entry, got;
	struct pool_health h = health;
	unsigned char buf[POOL_MESSAGE_MAX];
	int len;

	(void)state;
	memset(e.user, 'u', sizeof e.user - 1);
	memset(e.node, 'n', sizeof e.node - 1);
	memset(e.address, 'a', sizeof e.address - 1);
	memset(e.name, 'w', sizeof e.name - 1);
	memset(e.term, 't', sizeof e.term - 1);
	memset(e.program, 'p', sizeof e.program - 1);
	memset(h.text, 't', sizeof h.text - 1);
	assert_true(pool_entry_ok(&e));
	len = pool_encode_entry(POOL_TELL, &e, buf, sizeof buf);
	assert_true(len > 0);
	assert_int_equal(pool_decode_entry(&got, buf, (size_t)len), 0);
	assert_memory_equal(&got, &e, sizeof e);
	assert_true(pool_encode_health(&h, buf, sizeof buf) > 0);
	e.user[sizeof e.user - 1] = 'u';
	assert_int_equal(pool_encode_entry(POOL_TELL, &e, buf, sizeof buf), -EMSGSIZE);
}

/* Whether an entry with that change is refused, and leaves nothing behind. */
static void
bad(const struct pool_entry *e)
{
	struct pool_entry got, none;
	unsigned char buf[POOL_MESSAGE_MAX];
	int len = pool_encode_entry(POOL_ENTRY, e, buf, sizeof buf);

	memset(&none, 0, sizeof none);
	assert_true(len > 0);
	assert_false(pool_entry_ok(e));
	assert_int_equal(pool_decode_entry(&got, buf, (size_t)len), -EBADMSG);
	assert_memory_equal(&got, &none, sizeof got);
}

#define BAD(member, ...)                                                                                               \
	do {                                                                                                           \
		struct pool_entry e = entry;                                                                           \
		const char text[] = __VA_ARGS__;                                                                       \
		memcpy(e.member, text, sizeof text);                                                                   \
		bad(&e);                                                                                               \
	} while (0)
#define BAD_NUMBER(member, value)                                                                                      \
	do {                                                                                                           \
		struct pool_entry e = entry;                                                                           \
		e.member = (value);                                                                                    \
		bad(&e);                                                                                               \
	} while (0)

static void
entries_that_are_not_valid(void **state)
{
	(void)state;
	BAD(unique, "");
	BAD(unique, "00112233445566fF");
	BAD(unique, "00112233445566f");
	BAD(user, "");
	BAD(user, "a/b");
	BAD(user, "a b");
	BAD(user, "a\nb");
	BAD(node, "");
	BAD(node, "-oProxyCommand=x");
	BAD(node, "login3:work");
	BAD(node, "log/in3");
	BAD(address, "");
	BAD(address, "-oProxyCommand=x");
	BAD(address, "a b");
	BAD(address, "user@host");
	BAD(name, "7");
	BAD(name, "-x");
	BAD(name, "a b");
	BAD(term, "xterm\033");
	BAD_NUMBER(id, 0);
	BAD_NUMBER(state, ATTACH_STATE_STALE);
	BAD_NUMBER(state, 0);
	BAD_NUMBER(kind, 0);
	BAD_NUMBER(kind, 3);
	BAD_NUMBER(rows, 10001);
	BAD_NUMBER(cols, UINT32_MAX);
	BAD_NUMBER(hops, 2);
}

static void
programs_are_cleaned(void **state)
{
	struct pool_entry e = entry, got;
	unsigned char buf[POOL_MESSAGE_MAX];
	int len;

	(void)state;
	strcpy(e.program, "a\033]0;b");
	len = pool_encode_entry(POOL_ENTRY, &e, buf, sizeof buf);
	assert_true(len > 0);
	assert_int_equal(pool_decode_entry(&got, buf, (size_t)len), 0);
	assert_null(strchr(got.program, '\033'));
}

static void
questions(void **state)
{
	static const struct pool_ask wrong[] = {
		{ .what = POOL_WHAT_USER, .user = "" }, { .what = POOL_WHAT_MEMBERS, .user = "alice" },
		{ .what = 0, .user = "" }, { .what = POOL_WHAT_USER, .user = "a/b" },
	};
	unsigned char buf[POOL_MESSAGE_MAX];
	struct pool_ask got;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		int len = pool_encode_ask(&wrong[i], buf, sizeof buf);

		assert_int_equal(pool_decode_ask(&got, buf, (size_t)len), -EBADMSG);
	}
}

/* Whatever is decoded is valid, and can be encoded again. */
static void
damaged(void **state)
{
	unsigned char buf[POOL_MESSAGE_MAX], again[POOL_MESSAGE_MAX], got[sizeof(struct pool_entry) + sizeof(struct pool_health)];

	(void)state;
	srandom(20);
	for (int round = 0; round < 20000; round++) {
		const struct kind *k = &kinds[(size_t)random() % KINDS];
		int len = k->encode(k->m, buf, sizeof buf);

		for (long n = random() % 4; n >= 0; n--)
			buf[1 + random() % (len - 1)] = (unsigned char)random();
		if (random() % 4 == 0)
			len = (int)(random() % (len + 1));
		if (decode(k, got, buf, (size_t)len) == 0)
			assert_true(k->encode(got, again, sizeof again) > 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back), cmocka_unit_test(of_its_own_type_alone), cmocka_unit_test(largest),
		cmocka_unit_test(entries_that_are_not_valid), cmocka_unit_test(programs_are_cleaned),
		cmocka_unit_test(questions), cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
