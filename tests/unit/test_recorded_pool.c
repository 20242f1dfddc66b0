/* SPDX-License-Identifier: MIT */
/* The messages of poolmsg.h against the recordings in wire/pool; see recordings.h. */
#include "recordings.h"

#include "attach.h"
#include "poolmsg.h"

#define LONG(c, cap) { [0 ... (cap) - 2] = (c) }
#define BYTES(n, at) { (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7, [(at)] = 0xfe }
#define ONE(text, number, of, message, ...) \
	{ .name = text, .type = number, .m = message, .encode = of##_encode, .decode = of##_decode, .longer_is_later = true, \
	  __VA_ARGS__ }

RECORDED_FLAT(entry, struct pool_entry, hops, pool_encode_entry(type, m, out, cap), pool_decode_entry(&got, buf, len));
RECORDED_FLAT(gone, struct pool_gone, user, pool_encode_gone(m, out, cap), pool_decode_gone(&got, buf, len));
RECORDED_FLAT(node, struct pool_node, drained, pool_encode_node(m, out, cap), pool_decode_node(&got, buf, len));
RECORDED_FLAT(ask, struct pool_ask, user, pool_encode_ask(m, out, cap), pool_decode_ask(&got, buf, len));
RECORDED_FLAT(member, struct pool_member, seen_ms, pool_encode_member(m, out, cap), pool_decode_member(&got, buf, len));
RECORDED_FLAT(health, struct pool_health, pool, pool_encode_health(m, out, cap), pool_decode_health(&got, buf, len));

/* Static, so that all padding is zero. */
static const struct pool_entry
	entry = { .unique = "00112233445566ff", .user = "alice", .node = "login3", .address = "login3.example",
	          .boot = BYTES(0x10, 15), .id = 0x01020304, .name = "work", .identity = { BYTES(0x20, 31) },
	          .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL, .created_ms = 0x0102030405060708,
	          .changed_ms = 0x1112131415161718, .activity_ms = 0x2122232425262728, .lost_ms = 0x3132333435363738,
	          .lost_heard_ms = 0x4142434445464748, .lost_used_ms = 0x5152535455565758, .rows = 24, .cols = 80,
	          .term = "xterm-256color", .program = "vim", .hops = 1 },
	entry_min = { .unique = "0000000000000000", .user = "a", .node = "n", .address = "a", .id = 1,
	              .state = ATTACH_STATE_ATTACHED, .kind = ATTACH_KIND_COMMAND },
	entry_max = { .unique = LONG('f', POOL_UNIQUE), .user = LONG('u', USER_CAP), .node = LONG('n', NODE_CAP),
	              .address = LONG('a', HOST_CAP), .boot = { [0 ... POOL_BOOT - 1] = 0xff }, .id = UINT32_MAX,
	              .name = LONG('w', NAME_CAP), .identity = { { [0 ... IDENTITY_BYTES - 1] = 0xff } },
	              .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_COMMAND, .created_ms = UINT64_MAX,
	              .changed_ms = UINT64_MAX, .activity_ms = UINT64_MAX, .lost_ms = UINT64_MAX,
	              .lost_heard_ms = UINT64_MAX, .lost_used_ms = UINT64_MAX, .rows = 10000, .cols = 10000,
	              .term = LONG('t', TERM_CAP), .program = LONG('p', NAME_CAP), .hops = 1 };
static const struct pool_gone gone = { "00112233445566ff", "alice" },
                              gone_max = { LONG('f', POOL_UNIQUE), LONG('u', USER_CAP) };
static const struct pool_node drained = { 1 }, not_drained;
static const struct pool_ask ask_user = { POOL_WHAT_USER, "alice" }, ask_members = { .what = POOL_WHAT_MEMBERS };
static const struct pool_member
	member = { .node = "login3", .address = "192.0.2.3", .boot = BYTES(0x30, 15), .version = "0.9.0", .drained = 1,
	           .sessions = 0x01020304, .seen_ms = 0x1112131415161718 },
	member_min = { .node = "n", .address = "a" };
static const struct pool_health
	health = { .store = POOL_STORE_AWAY, .since_ms = 0x0102030405060708, .revision = 0x1112131415161718,
	           .text = "no endpoint answers", .entries = 0x21222324, .skipped = 0x31323334, .more = 1, .node = "login1",
	           .pool = "main" },
	health_min;

static void
pool_messages(void **state)
{
#define SAME .alike = { POOL_TELL, POOL_ENTRY }
	const struct recorded v[] = {
		ONE("tell", POOL_TELL, entry, &entry, SAME), ONE("entry", POOL_ENTRY, entry, &entry, SAME),
		ONE("entry-min", POOL_ENTRY, entry, &entry_min, SAME), ONE("entry-max", POOL_ENTRY, entry, &entry_max, SAME),
		ONE("gone", POOL_GONE, gone, &gone), ONE("gone-max", POOL_GONE, gone, &gone_max),
		ONE("drained", POOL_NODE, node, &drained), ONE("not-drained", POOL_NODE, node, &not_drained),
		ONE("ask-user", POOL_ASK, ask, &ask_user), ONE("ask-members", POOL_ASK, ask, &ask_members),
		ONE("member", POOL_MEMBER, member, &member), ONE("member-min", POOL_MEMBER, member, &member_min),
		ONE("health", POOL_HEALTH, health, &health), ONE("health-min", POOL_HEALTH, health, &health_min),
	};

	(void)state;
	recordings_check("pool", v, sizeof v / sizeof *v);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(pool_messages) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
