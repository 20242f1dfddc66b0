/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "attach.h"

/* Decodes a message into something that is thrown away: what its decoder says. */
typedef int decoder(const void *buf, size_t len);

static int
decode_status(const void *buf, size_t len)
{
	struct attach_status m;

	return attach_decode_status(&m, buf, len);
}

static int
decode_claim(const void *buf, size_t len)
{
	struct attach_claim m;
	int rc = attach_decode_claim(&m, buf, len);

	if (rc)
		assert_int_equal(m.env.count, 0);
	envlist_free(&m.env);
	free(m.command);
	return rc;
}

static int
decode_number(const void *buf, size_t len)
{
	uint32_t v;

	return attach_decode_number(&v, buf, len);
}

static int
decode_refused(const void *buf, size_t len)
{
	struct attach_refused m;

	return attach_decode_refused(&m, buf, len);
}

static int
decode_exit(const void *buf, size_t len)
{
	struct attach_exit m;

	return attach_decode_exit(&m, buf, len);
}

static int
decode_detached(const void *buf, size_t len)
{
	struct attach_detached m;

	return attach_decode_detached(&m, buf, len);
}

static int
decode_text(const void *buf, size_t len)
{
	char text[TEXT_CAP];

	return attach_decode_text(text, buf, len);
}

static int
decode_name(const void *buf, size_t len)
{
	char name[NAME_CAP];

	return attach_decode_name(name, buf, len);
}

static int
decode_env(const void *buf, size_t len)
{
	struct envlist e;
	int rc = attach_decode_env(&e, buf, len);

	if (rc)
		assert_int_equal(e.count, 0);
	envlist_free(&e);
	return rc;
}

/* The message is right, each prefix of it and it with a byte more is not (MORE: what is said to that). */
static void
check_bounds(decoder *decode, const unsigned char *buf, int len, int more)
{
	unsigned char *copy;

	assert_true(len > 0);
	assert_int_equal(decode(buf, (size_t)len), 0);
	for (int cut = 0; cut < len; cut++) {
		copy = exact_copy(buf, (size_t)cut);
		assert_int_equal(decode(copy, (size_t)cut), -EBADMSG);
		free(copy);
	}
	copy = malloc((size_t)len + 1);
	assert_non_null(copy);
	memcpy(copy, buf, (size_t)len);
	copy[len] = 0;
	assert_int_equal(decode(copy, (size_t)len + 1), more);
	free(copy);
}

static void
status(void **state)
{
	/* static, so that padding is zero as in what a decoder fills in */
	static const struct attach_status m = {
		.id = 3, .state = ATTACH_STATE_DROPPED, .attachments = 2, .vouched = 1, .rows = 24, .cols = 80,
		.keeper_pid = 11, .shell_pid = 12,
		.created_ms = UINT64_C(1) << 40, .changed_ms = 5, .activity_ms = 6, .offset = 7,
		.away_bytes = 8, .identity = {{1, 2}}, .name = "build", .program = "vi\x01", .address = "192.0.2.7",
		.term = "xterm", .lost_ms = 9, .lost_heard_ms = 10, .lost_used_ms = 11, .kind = ATTACH_KIND_COMMAND,
		.user = "alice", .home_born = 12, .version = "0.1.0", .build = "0123abcd",
		.ends_ms = 13, .ends_why = 1, .idle_ends_ms = 14, .put_out_ms = 15, .put_out_why = 2,
	};
	unsigned char buf[1024];
	struct attach_status got;
	int len = attach_encode_status(&m, buf, sizeof buf), no_ends = len - 3 * 8 - 2 * 4;
	int no_version = no_ends - 8 - (int)strlen(m.version) - (int)strlen(m.build);
	int no_user = no_version - 8 - 4 - (int)strlen(m.user), no_kind = no_user - 4;

	(void)state;
	/* A keeper from before there were kinds has a terminal, and one from before there were names says none. */
	assert_int_equal(attach_decode_status(&got, buf, (size_t)no_kind), 0);
	assert_int_equal(got.kind, ATTACH_KIND_TERMINAL);
	assert_int_equal(attach_decode_status(&got, buf, (size_t)no_user), 0);
	assert_int_equal(got.kind, ATTACH_KIND_COMMAND);
	assert_string_equal(got.user, "");
	assert_int_equal(attach_decode_status(&got, buf, (size_t)no_version), 0);
	assert_string_equal(got.user, "alice");
	assert_string_equal(got.version, "");
	assert_int_equal(attach_decode_status(&got, buf, (size_t)no_ends), 0);
	assert_string_equal(got.version, "0.1.0");
	assert_int_equal(got.ends_ms, 0);
	for (int cut = 0; cut < len; cut++) {
		unsigned char *copy = exact_copy(buf, (size_t)cut);

		assert_int_equal(decode_status(copy, (size_t)cut),
		                 cut == no_kind || cut == no_user || cut == no_version || cut == no_ends ? 0 : -EBADMSG);
		free(copy);
	}
	/* A newer keeper's status is longer: the rest is passed over. */
	assert_int_equal(attach_decode_status(&got, buf, (size_t)len + 1), 0);
	assert_int_equal(attach_decode_status(&got, buf, (size_t)len), 0);
	assert_memory_equal(&got, &m, sizeof m);
	assert_int_equal(attach_encode_status(&m, buf, (size_t)len - 1), -EMSGSIZE);
	buf[0] = ATTACH_MSG_CLAIM;
	assert_int_equal(attach_decode_status(&got, buf, (size_t)len), -EBADMSG);
}

static int
decode_verdict(const void *buf, size_t len)
{
	struct attach_verdict m;

	return attach_decode_verdict(&m, buf, len);
}

static void
verdict(void **state)
{
	struct attach_verdict m = { .verdict = ATTACH_VERDICT_DEAD, .heard_ms = UINT64_C(1) << 40 }, got;
	unsigned char buf[64];
	int len = attach_encode_verdict(&m, buf, sizeof buf);

	(void)state;
	check_bounds(decode_verdict, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_verdict(&got, buf, (size_t)len), 0);
	assert_int_equal(got.verdict, m.verdict);
	assert_int_equal(got.heard_ms, m.heard_ms);
	for (m.verdict = 0; m.verdict < 5; m.verdict += 4) {
		len = attach_encode_verdict(&m, buf, sizeof buf);
		assert_int_equal(attach_decode_verdict(&got, buf, (size_t)len), -EBADMSG);
	}
	buf[0] = ATTACH_MSG_CLAIMED;
	assert_int_equal(attach_decode_verdict(&got, buf, (size_t)len), -EBADMSG);
}

static void
claim(void **state)
{
	struct attach_claim m = {
		.mode = ATTACH_MODE_TAKE, .flags = ATTACH_FLAG_QUIET, .rows = 1, .cols = 2, .xpixel = 3,
		.ypixel = 4, .ticket = {{5}}, .identity = {{6}}, .term = "tmux-256color", .name = "n",
	}, got;
	unsigned char buf[1024];
	int len;

	(void)state;
	assert_int_equal(envlist_set(&m.env, "LANG=C"), 0);
	len = attach_encode_claim(&m, buf, sizeof buf);
	check_bounds(decode_claim, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_claim(&got, buf, (size_t)len), 0);
	assert_int_equal(got.mode, m.mode);
	assert_int_equal(got.flags, m.flags);
	assert_int_equal(got.rows, 1);
	assert_int_equal(got.cols, 2);
	assert_int_equal(got.xpixel, 3);
	assert_int_equal(got.ypixel, 4);
	assert_memory_equal(&got.ticket, &m.ticket, sizeof m.ticket);
	assert_memory_equal(&got.identity, &m.identity, sizeof m.identity);
	assert_string_equal(got.term, m.term);
	assert_string_equal(got.name, m.name);
	assert_string_equal(envlist_get(&got.env, "LANG"), "C");
	envlist_free(&got.env);
	buf[0] = ATTACH_MSG_CONFIRM;
	assert_int_equal(decode_claim(buf, (size_t)len), -EBADMSG);
	envlist_free(&m.env);
}

/* What a framed client has said, and what was read from a pipe before it was passed on. */
static void
claim_of_a_framed_client(void **state)
{
	struct attach_claim m = { .mode = ATTACH_MODE_STREAM, .flags = ATTACH_FLAG_FRAMED | ATTACH_FLAG_TYPED,
		                  .framed = { .lowest = 1, .highest = 3, .input = 5, .output = UINT64_MAX, .errors = 7 },
		                  .typed = "ls", .typed_len = 2 }, got;
	unsigned char buf[1024];
	int len;

	(void)state;
	memset(m.framed.stream, 1, sizeof m.framed.stream);
	memset(m.framed.key, 2, sizeof m.framed.key);
	len = attach_encode_claim(&m, buf, sizeof buf);
	check_bounds(decode_claim, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_claim(&got, buf, (size_t)len), 0);
	assert_int_equal(got.framed.highest, 3);
	assert_true(got.framed.input == 5 && got.framed.output == UINT64_MAX && got.framed.errors == 7);
	assert_memory_equal(got.framed.stream, m.framed.stream, 16);
	assert_memory_equal(got.framed.key, m.framed.key, 16);
	assert_int_equal(got.typed_len, 2);
	assert_memory_equal(got.typed, "ls", 2);
	envlist_free(&got.env);
	/* More than was read ahead can't be. */
	m.typed_len = ATTACH_TYPED_CAP;
	len = attach_encode_claim(&m, buf, sizeof buf);
	assert_int_equal(decode_claim(buf, (size_t)len), 0);
	buf[len - ATTACH_TYPED_CAP - 1] = ATTACH_TYPED_CAP + 1;
	buf[len] = 'x';
	assert_int_equal(decode_claim(buf, (size_t)len + 1), -EBADMSG);
}

/* The session's own id stands behind the target, and before the command. */
static void
claim_over_another_node(void **state)
{
	struct attach_claim m = { .mode = ATTACH_MODE_AUTO, .unique = "0123456789abcdef" }, got;
	unsigned char buf[1024];
	char line[] = "make";
	int len = attach_encode_claim(&m, buf, sizeof buf), plain = len - 4 - 16;

	(void)state;
	assert_int_equal(attach_decode_claim(&got, buf, (size_t)len), 0);
	assert_string_equal(got.unique, m.unique);
	for (int cut = plain; cut < len; cut++)
		assert_int_equal(decode_claim(buf, (size_t)cut), cut == plain ? 0 : -EBADMSG);
	for (const char *bad = "gA\n /"; *bad; bad++)
		for (int at = plain + 4; at < len; at++) {
			unsigned char good = buf[at];

			buf[at] = (unsigned char)*bad;
			assert_int_equal(decode_claim(buf, (size_t)len), -EBADMSG);
			buf[at] = good;
		}
	buf[len - 1] = '\0';
	assert_int_equal(decode_claim(buf, (size_t)len), -EBADMSG);
	m.target.can = TERMCAN_KNOWN;
	m.command = line;
	len = attach_encode_claim(&m, buf, sizeof buf);
	assert_int_equal(attach_decode_claim(&got, buf, (size_t)len), 0);
	assert_string_equal(got.unique, m.unique);
	assert_true(termcan_known(&got.target));
	assert_string_equal(got.command, line);
	free(got.command);
}

/* The command line comes last, and only where there is one. */
static void
claim_with_a_command(void **state)
{
	struct attach_claim m = { .mode = ATTACH_MODE_FIRST }, got;
	unsigned char *buf = malloc(MESSAGE_MAX);
	char line[ATTACH_COMMAND_MAX + 2] = "make 'all of it'";
	int plain, len;

	(void)state;
	assert_non_null(buf);
	plain = attach_encode_claim(&m, buf, MESSAGE_MAX);
	assert_int_equal(attach_decode_claim(&got, buf, (size_t)plain), 0);
	assert_null(got.command);
	m.command = line;
	len = attach_encode_claim(&m, buf, MESSAGE_MAX);
	assert_int_equal(len, plain + 4 + (int)strlen(line));
	assert_int_equal(attach_decode_claim(&got, buf, (size_t)len), 0);
	assert_string_equal(got.command, line);
	free(got.command);
	for (int cut = plain + 1; cut < len; cut++)
		assert_int_equal(decode_claim(buf, (size_t)cut), -EBADMSG);
	buf[len] = 0;
	assert_int_equal(decode_claim(buf, (size_t)len + 1), -EBADMSG);
	buf[len - 1] = '\0';
	assert_int_equal(decode_claim(buf, (size_t)len), -EBADMSG);
	/* Not empty, not too long. */
	memset(buf + plain, 0, 4);
	assert_int_equal(decode_claim(buf, (size_t)plain + 4), -EBADMSG);
	memset(line, 'x', ATTACH_COMMAND_MAX);
	len = attach_encode_claim(&m, buf, MESSAGE_MAX);
	assert_int_equal(decode_claim(buf, (size_t)len), 0);
	line[ATTACH_COMMAND_MAX] = 'x';
	len = attach_encode_claim(&m, buf, MESSAGE_MAX);
	assert_int_equal(decode_claim(buf, (size_t)len), -EBADMSG);
	free(buf);
}

static void
the_longest_claim_fits(void **state)
{
	char line[ATTACH_COMMAND_MAX + 1] = "";
	struct attach_claim m = { .mode = ATTACH_MODE_FIRST, .command = line };
	unsigned char *buf = malloc(MESSAGE_MAX);
	int len;

	(void)state;
	assert_non_null(buf);
	memset(line, 'c', sizeof line - 1);
	memset(m.term, 't', sizeof m.term - 1);
	memset(m.name, 'n', sizeof m.name - 1);
	for (int i = 0; i < ENV_COUNT_MAX; i++) {
		char entry[128];

		memset(entry, 'x', sizeof entry);
		entry[0] = (char)('A' + i % 26);
		entry[1] = (char)('A' + i / 26);
		entry[2] = '=';
		entry[sizeof entry - 1] = '\0';
		assert_int_equal(envlist_set(&m.env, entry), 0);
	}
	assert_int_equal(m.env.bytes, ENV_BYTES_MAX);
	len = attach_encode_claim(&m, buf, MESSAGE_MAX);
	assert_true(len > 0);
	assert_int_equal(decode_claim(buf, (size_t)len), 0);
	envlist_free(&m.env);
	free(buf);
}

static void
small_messages(void **state)
{
	const struct attach_refused refused = { .code = ATTACH_REFUSAL_BUSY, .text = "another claim was faster" };
	const struct attach_detached detached = { .reason = ATTACH_WHY_SWITCH, .target = "new" };
	const struct attach_exit ended = { .signaled = 1, .value = 9 };
	struct attach_refused got_refused;
	struct attach_detached got_detached;
	struct attach_exit got_ended;
	char name[NAME_CAP];
	char text[TEXT_CAP];
	unsigned char buf[600];
	uint32_t number;
	int len;

	(void)state;
	len = attach_encode_number(ATTACH_MSG_CLAIMED, 77, buf, sizeof buf);
	check_bounds(decode_number, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_number(&number, buf, (size_t)len), 0);
	assert_int_equal(number, 77);

	len = attach_encode_refused(ATTACH_MSG_REFUSED, &refused, buf, sizeof buf);
	assert_int_equal(attach_type_of(buf, (size_t)len), ATTACH_MSG_REFUSED);
	check_bounds(decode_refused, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_refused(&got_refused, buf, (size_t)len), 0);
	assert_memory_equal(&got_refused, &refused, sizeof refused);

	len = attach_encode_exit(&ended, buf, sizeof buf);
	assert_int_equal(attach_type_of(buf, (size_t)len), ATTACH_MSG_EXIT);
	check_bounds(decode_exit, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_exit(&got_ended, buf, (size_t)len), 0);
	assert_memory_equal(&got_ended, &ended, sizeof ended);

	len = attach_encode_detached(ATTACH_MSG_SWITCH, &detached, buf, sizeof buf);
	check_bounds(decode_detached, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_detached(&got_detached, buf, (size_t)len), 0);
	assert_int_equal(got_detached.reason, detached.reason);
	assert_string_equal(got_detached.target, detached.target);

	len = attach_encode_text(ATTACH_MSG_MESSAGE, "down at five", buf, sizeof buf);
	assert_int_equal(attach_type_of(buf, (size_t)len), ATTACH_MSG_MESSAGE);
	check_bounds(decode_text, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_text(text, buf, (size_t)len), 0);
	assert_string_equal(text, "down at five");

	len = attach_encode_name("builds", buf, sizeof buf);
	check_bounds(decode_name, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_name(name, buf, (size_t)len), 0);
	assert_string_equal(name, "builds");
	/* A name that does not fit. */
	len = attach_encode_name("123456789012345678901234567890123", buf, sizeof buf);
	assert_int_equal(attach_decode_name(name, buf, (size_t)len), -EBADMSG);
}

static void
environment(void **state)
{
	struct envlist e = ENVLIST_INIT, got;
	unsigned char buf[256];
	int len;

	(void)state;
	assert_int_equal(envlist_set(&e, "DISPLAY=:1"), 0);
	len = attach_encode_env(&e, buf, sizeof buf);
	check_bounds(decode_env, buf, len, -EBADMSG);
	assert_int_equal(attach_decode_env(&got, buf, (size_t)len), 0);
	assert_string_equal(envlist_get(&got, "DISPLAY"), ":1");
	envlist_free(&got);
	envlist_free(&e);
}

static void
plain_and_type(void **state)
{
	unsigned char buf[1];

	(void)state;
	assert_int_equal(attach_encode_plain(ATTACH_MSG_CONFIRM, buf, 1), 1);
	assert_int_equal(attach_type_of(buf, 1), ATTACH_MSG_CONFIRM);
	assert_int_equal(attach_encode_plain(ATTACH_MSG_CONFIRM, buf, 0), -EMSGSIZE);
	assert_int_equal(attach_type_of(buf, 0), -EBADMSG);
}

static void
names(void **state)
{
	static const char *const good[] = {
		"a", "build", "3a", "a.b_c-d", "_", "news", "OFF", "12345678901234567890123456789abc",
	};
	static const char *const bad[] = {
		"", "3", "0123", "-a", ".", "..", ".a", "a/b", "a b", "a\n", "\xc3\xa9", "off", "new", "a;b", "$x",
		"12345678901234567890123456789abcd",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(attach_name_ok(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(attach_name_ok(bad[i]));
}

/* A message's type alone says what it is. */
static void
no_number_stands_for_two(void **state)
{
	static const int types[] = {
		ATTACH_MSG_STATUS, ATTACH_MSG_CLAIM, ATTACH_MSG_CONFIRM, ATTACH_MSG_WINCH, ATTACH_MSG_DETACH,
		ATTACH_MSG_RENAME, ATTACH_MSG_KILL, ATTACH_MSG_ENV, ATTACH_MSG_SWITCH, ATTACH_MSG_PROBE,
		ATTACH_MSG_MESSAGE, ATTACH_MSG_LAST, ATTACH_MSG_EXPIRE, ATTACH_MSG_STATUS_IS, ATTACH_MSG_CLAIMED,
		ATTACH_MSG_REFUSED, ATTACH_MSG_EXIT, ATTACH_MSG_DETACHED, ATTACH_MSG_ENV_IS, ATTACH_MSG_DONE,
		ATTACH_MSG_ERROR, ATTACH_MSG_LAST_IS, ATTACH_MSG_VERDICT, ATTACH_MSG_GRANTED,
	};

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(types[i], types[j]);
}

static void
numbers_and_states(void **state)
{
	static const char *const bad[] = { "", "0", "07", "-1", "+1", " 1", "1 ", "1x", "x", "1234567890", "4294967297" };

	(void)state;
	assert_int_equal(attach_id("1"), 1);
	assert_int_equal(attach_id("10001"), 10001);
	assert_int_equal(attach_id("999999999"), 999999999);
	assert_int_equal(attach_id(NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(attach_id(bad[i]), 0);
	assert_string_equal(attach_state_word(ATTACH_STATE_DROPPED), "dropped");
	assert_string_equal(attach_state_word(ATTACH_STATE_SILENT), "silent");
	assert_string_equal(attach_state_word(0), "unknown");
	assert_string_equal(attach_state_word(UINT32_MAX), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status),
		cmocka_unit_test(verdict),
		cmocka_unit_test(claim),
		cmocka_unit_test(claim_of_a_framed_client),
		cmocka_unit_test(claim_over_another_node), cmocka_unit_test(claim_with_a_command),
		cmocka_unit_test(the_longest_claim_fits),
		cmocka_unit_test(small_messages),
		cmocka_unit_test(no_number_stands_for_two),
		cmocka_unit_test(environment),
		cmocka_unit_test(plain_and_type),
		cmocka_unit_test(names),
		cmocka_unit_test(numbers_and_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
