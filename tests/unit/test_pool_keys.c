/* SPDX-License-Identifier: MIT */
/* key and value: what is written is read again, and what others may have written into the store is not believed. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "attach.h"
#include "key.h"
#include "value.h"

static struct pool_entry
some_entry(void)
{
	struct pool_entry e = { .unique = "00112233445566aa", .user = "alice", .node = "login3", .address = "login3.example",
	                        .id = 3, .name = "work", .state = ATTACH_STATE_DROPPED, .kind = ATTACH_KIND_TERMINAL,
	                        .created_ms = 1000, .changed_ms = 2000, .activity_ms = 1500, .lost_ms = 2000,
	                        .lost_heard_ms = 1900, .lost_used_ms = 1500, .rows = 24, .cols = 80,
	                        .term = "xterm-256color", .hops = 1 };

	memset(e.boot, 0xab, sizeof e.boot);
	memset(e.identity.bytes, 0x5c, sizeof e.identity.bytes);
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

static void
keys_are_read_again(void **state)
{
	static const char *const users[] = { "alice", "a.b-c_d", "dom\\alice", "alice@example.org", "J\303\266rg", "100%",
	                                     ".hidden", "a+b$" };

	(void)state;
	for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
		struct key k = { .kind = KEY_SESSION, .node = "login3", .unique = "00112233445566aa" }, again;
		char text[KEY_CAP];

		snprintf(k.user, sizeof k.user, "%s", users[i]);
		key_put("red", &k, text);
		assert_int_equal(key_get("red", text, strlen(text), &again), 0);
		assert_string_equal(again.user, users[i]);
		assert_string_equal(again.node, "login3");
		assert_string_equal(again.unique, k.unique);
		assert_int_equal(key_get("blue", text, strlen(text), &again), -EBADMSG);
	}
}

static void
the_longest_key_fits(void **state)
{
	struct key k = { .kind = KEY_SESSION, .unique = "00112233445566aa" }, again;
	char pool[POOL_CAP], text[KEY_CAP];

	(void)state;
	memset(pool, 'p', sizeof pool - 1);
	pool[sizeof pool - 1] = '\0';
	memset(k.node, 'n', sizeof k.node - 1);
	memset(k.user, '+', sizeof k.user - 1);
	key_put(pool, &k, text);
	assert_int_equal(strlen(text), 901);
	assert_int_equal(key_get(pool, text, strlen(text), &again), 0);
	assert_string_equal(again.user, k.user);
}

static void
other_keys_are_none(void **state)
{
	static const char *const bad[] = {
		"", "/holdfast/red", "/holdfast/red/", "/holdfast/red/nodes/", "/holdfast/red/nodes/a/b",
		"/holdfast/red/nodes/-oProxyCommand=x", "/holdfast/red/nodes/a b", "/holdfast/red/sessions/login3",
		"/holdfast/red/sessions/login3/", "/holdfast/red/sessions/login3/alice", "/holdfast/red/sessions/login3/alice/",
		"/holdfast/red/sessions/login3/alice/x", "/holdfast/red/sessions/login3/alice/00112233445566AA",
		"/holdfast/red/sessions/login3/alice/00112233445566aa/", "/holdfast/red/sessions/login3/alice/00112233445566aaa",
		"/holdfast/red/sessions/login3/%61lice/00112233445566aa", "/holdfast/red/sessions/login3/al%00/00112233445566aa",
		"/holdfast/red/sessions/login3/al%/00112233445566aa", "/holdfast/red/sessions/login3/al%2/00112233445566aa",
		"/holdfast/red/sessions/login3/al%2f/00112233445566aa", "/holdfast/red/sessions/login3/al%2F/00112233445566aa",
		"/holdfast/red/sessions/login3/../00112233445566aa", "/holdfast/red/sessions/../alice/00112233445566aa",
		"/holdfast/redder/nodes/login3", "/holdfast/red/other/login3",
	};
	struct key k;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unsigned char *copy = exact_copy(bad[i], strlen(bad[i]));

		assert_int_equal(key_get("red", (char *)copy, strlen(bad[i]), &k), -EBADMSG);
		free(copy);
	}
	assert_int_equal(key_get("red", "/holdfast/red/nodes/login3", 26, &k), 0);
	assert_int_equal(key_get("red", "/holdfast/red/nodes/login3\0", 27, &k), -EBADMSG);
}

static void
a_range_ends_behind_its_keys(void **state)
{
	char prefix[KEY_CAP], end[KEY_CAP];

	(void)state;
	key_prefix("red", prefix);
	assert_string_equal(prefix, "/holdfast/red/");
	key_range_end(prefix, end);
	assert_string_equal(end, "/holdfast/red0");
	key_prefix_of("red", KEY_SESSION, prefix);
	assert_string_equal(prefix, "/holdfast/red/sessions/");
}

static void
values_are_read_again(void **state)
{
	struct pool_entry e = some_entry(), again;
	unsigned char one[POOL_MESSAGE_MAX], other[POOL_MESSAGE_MAX];
	struct key k = key_of(&e);
	char *text = value_of_entry(&e);
	int n;

	(void)state;
	assert_non_null(text);
	assert_true(strlen(text) <= VALUE_MAX);
	assert_int_equal(value_get_entry(text, strlen(text), &k, &again), 0);
	n = pool_encode_entry(POOL_ENTRY, &e, one, sizeof one);
	assert_int_equal(pool_encode_entry(POOL_ENTRY, &again, other, sizeof other), n);
	assert_memory_equal(one, other, (size_t)n);
	free(text);
}

static void
a_program_that_is_no_text_is_left_out(void **state)
{
	struct pool_entry e = some_entry(), again;
	struct key k = key_of(&e);
	char *text;

	(void)state;
	strcpy(e.program, "vi\377m");
	text = value_of_entry(&e);
	assert_non_null(text);
	assert_int_equal(value_get_entry(text, strlen(text), &k, &again), 0);
	assert_string_equal(again.program, "");
	free(text);
}

/* TEXT with the first OLD replaced by NEW: whether it is still read. */
static bool
reads(const char *text, const char *old, const char *new)
{
	struct pool_entry e = some_entry();
	struct key k = key_of(&e);
	const char *at = strstr(text, old);
	char changed[3 * VALUE_MAX];
	unsigned char *copy;
	int n, rc;

	assert_non_null(at);
	n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	copy = exact_copy(changed, (size_t)n);
	rc = value_get_entry((char *)copy, (size_t)n, &k, &e);
	free(copy);
	return rc == 0;
}

static void
wrong_values_are_refused(void **state)
{
	static const struct { const char *old, *new; } cases[] = {
		{ "\"v\":1", "\"v\":2" }, { "\"v\":1", "\"v\":\"1\"" }, { "\"v\":1,", "" }, { "\"v\":1", "\"v\":1,\"v\":1" },
		{ "login3.example", "-oProxyCommand=x" }, { "login3.example", "a b" }, { "login3.example", "" },
		{ "login3.example", "a\\u0000b" }, { "\"id\":3", "\"id\":-3" }, { "\"id\":3", "\"id\":0" },
		{ "\"id\":3", "\"id\":4294967296" }, { "\"id\":3", "\"id\":3.5" }, { "\"id\":3", "\"id\":\"3\"" },
		{ "\"name\":\"work\"", "\"name\":\"a/b\"" }, { "\"name\":\"work\"", "\"name\":7" },
		{ "\"name\":\"work\"", "\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" },
		{ "5c5c", "5C5C" }, { "5c5c", "5c5" }, { "abab", "xbab" }, { "\"dropped\"", "\"gone\"" },
		{ "\"terminal\"", "\"other\"" }, { "\"created\":1000", "\"created\":-1" },
		{ "\"created\":1000", "\"created\":9223372036854775808" }, { "\"lost\":2000", "\"lost\":null" },
		{ "\"rows\":24", "\"rows\":10001" }, { "\"term\":\"xterm", "\"term\":\"x term" },
		{ "\"program\":\"\"", "\"program\":[]" }, { "\"hops\":1", "\"hops\":2" }, { "}", "" }, { "{", "[" },
	};
	struct pool_entry e = some_entry();
	char *text = value_of_entry(&e);

	(void)state;
	assert_true(reads(text, "\"v\":1", "\"v\":1"));
	assert_true(reads(text, "\"v\":1", "\"v\":1,\"later\":{\"x\":[1]}"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (reads(text, cases[i].old, cases[i].new))
			fail_msg("read with %s in the place of %s", cases[i].new, cases[i].old);
	free(text);
}

static void
long_and_deep_values_are_refused(void **state)
{
	static char text[VALUE_MAX + 1];
	struct pool_entry e = some_entry();
	struct key k = key_of(&e);

	(void)state;
	memset(text, '[', sizeof text);
	assert_int_equal(value_get_entry(text, VALUE_MAX, &k, &e), -EBADMSG);
	assert_int_equal(value_get_entry(text, VALUE_MAX + 1, &k, &e), -EBADMSG);
	assert_int_equal(value_get_entry("", 0, &k, &e), -EBADMSG);
}

/* Control characters in what a person may see do not come from another node. */
static void
texts_are_cleaned(void **state)
{
	struct pool_entry e = some_entry(), again;
	struct key k = key_of(&e);
	char *text;

	(void)state;
	strcpy(e.program, "vi\033[2Jm");
	text = value_of_entry(&e);
	assert_int_equal(value_get_entry(text, strlen(text), &k, &again), 0);
	assert_null(strchr(again.program, '\033'));
	free(text);
}

static void
nodes_are_read_again(void **state)
{
	struct value_node n = { .member = { .node = "login3", .address = "login3.example", .version = "0.1.0",
	                                    .drained = 1, .sessions = 9 }, .instance = UINT64_C(0xfedcba9876543210) }, again;
	struct key k = { .kind = KEY_NODE, .node = "login3" };
	char *text = value_of_node(&n);

	(void)state;
	assert_int_equal(value_get_node(text, strlen(text), &k, &again), 0);
	assert_string_equal(again.member.node, n.member.node);
	assert_string_equal(again.member.address, n.member.address);
	assert_string_equal(again.member.version, n.member.version);
	assert_int_equal(again.member.drained, 1);
	assert_int_equal(again.member.sessions, 9);
	assert_true(again.instance == n.instance);
	assert_int_equal(value_get_node("{\"v\":1}", 7, &k, &again), -EBADMSG);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_again),
		cmocka_unit_test(the_longest_key_fits),
		cmocka_unit_test(other_keys_are_none),
		cmocka_unit_test(a_range_ends_behind_its_keys),
		cmocka_unit_test(values_are_read_again),
		cmocka_unit_test(a_program_that_is_no_text_is_left_out),
		cmocka_unit_test(wrong_values_are_refused),
		cmocka_unit_test(long_and_deep_values_are_refused),
		cmocka_unit_test(texts_are_cleaned),
		cmocka_unit_test(nodes_are_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
