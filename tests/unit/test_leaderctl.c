/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>

#include "leaderctl.h"

static void
requests(void **state)
{
	unsigned char buf[LEADERCTL_REQUEST_BYTES + 1] = {0};
	enum leaderctl_op op;

	(void)state;
	for (int want = LEADERCTL_WHO - 1; want <= LEADERCTL_ORIGIN + 1; want++) {
		bool good = want >= LEADERCTL_WHO && want <= LEADERCTL_ORIGIN;

		leaderctl_encode_request((enum leaderctl_op)want, buf);
		assert_int_equal(leaderctl_decode_request(&op, buf, LEADERCTL_REQUEST_BYTES), good ? 0 : -EBADMSG);
		if (good)
			assert_int_equal(op, want);
	}
	leaderctl_encode_request(LEADERCTL_KILL, buf);
	for (size_t len = 0; len <= sizeof buf; len++) {
		unsigned char *copy = exact_copy(buf, len);

		if (len != LEADERCTL_REQUEST_BYTES)
			assert_int_equal(leaderctl_decode_request(&op, copy, len), -EBADMSG);
		free(copy);
	}
	/* Nothing in it may be anything else. */
	for (size_t i = 0; i < LEADERCTL_REQUEST_BYTES; i++) {
		buf[i] ^= 0x80;
		assert_int_equal(leaderctl_decode_request(&op, buf, LEADERCTL_REQUEST_BYTES), -EBADMSG);
		buf[i] ^= 0x80;
	}
}

static void
replies(void **state)
{
	const struct leaderctl_reply m = {
		.op = LEADERCTL_WHO, .result = LEADERCTL_DONE, .session = 7, .state = LEADERCTL_RUNNING, .keeper_pid = 4711,
		.shell_session = 4712, .keeper_start = UINT64_MAX, .created_ms = 1, .attachments = 2, .killed = 3,
		.name = "build",
	};
	unsigned char buf[LEADERCTL_REPLY_BYTES + 1] = {0}, again[LEADERCTL_REPLY_BYTES];
	struct leaderctl_reply got, other;

	(void)state;
	leaderctl_encode_reply(&m, buf);
	assert_int_equal(leaderctl_decode_reply(&got, buf, LEADERCTL_REPLY_BYTES), 0);
	leaderctl_encode_reply(&got, again);
	assert_memory_equal(again, buf, LEADERCTL_REPLY_BYTES);
	assert_string_equal(got.name, "build");
	assert_true(got.keeper_start == UINT64_MAX);
	for (size_t len = 0; len <= sizeof buf; len++) {
		unsigned char *copy = exact_copy(buf, len);

		if (len != LEADERCTL_REPLY_BYTES)
			assert_int_equal(leaderctl_decode_reply(&got, copy, len), -EBADMSG);
		free(copy);
	}
	other = m;
	other.state = LEADERCTL_PARKED + 1;
	leaderctl_encode_reply(&other, buf);
	assert_int_equal(leaderctl_decode_reply(&got, buf, LEADERCTL_REPLY_BYTES), -EBADMSG);
	other = m;
	other.result = 0;
	leaderctl_encode_reply(&other, buf);
	assert_int_equal(leaderctl_decode_reply(&got, buf, LEADERCTL_REPLY_BYTES), -EBADMSG);
	other = m;
	strcpy(other.name, "a b");
	leaderctl_encode_reply(&other, buf);
	assert_int_equal(leaderctl_decode_reply(&got, buf, LEADERCTL_REPLY_BYTES), -EBADMSG);
	leaderctl_encode_reply(&m, buf);
	buf[LEADERCTL_REPLY_BYTES - 1] = 'x';
	assert_int_equal(leaderctl_decode_reply(&got, buf, LEADERCTL_REPLY_BYTES), -EBADMSG);
}

static void
versions(void **state)
{
	const struct leaderctl_version m = { "0.1.0", "0123456789abcdef0123456789abcdef01234567" };
	unsigned char buf[LEADERCTL_VERSION_BYTES + 1] = {0};
	struct leaderctl_version got;

	(void)state;
	leaderctl_encode_version(&m, buf);
	for (size_t len = 0; len <= sizeof buf; len++) {
		unsigned char *copy = exact_copy(buf, len);

		assert_int_equal(leaderctl_decode_version(&got, copy, len), len == LEADERCTL_VERSION_BYTES ? 0 : -EBADMSG);
		free(copy);
	}
	assert_int_equal(leaderctl_decode_version(&got, buf, LEADERCTL_VERSION_BYTES), 0);
	assert_string_equal(got.version, m.version);
	assert_string_equal(got.build, m.build);
	/* It is no answer to WHO, and what fills the fields ends in a NUL. */
	buf[7] = LEADERCTL_WHO;
	assert_int_equal(leaderctl_decode_version(&got, buf, LEADERCTL_VERSION_BYTES), -EBADMSG);
	buf[7] = LEADERCTL_VERSION;
	memset(buf + 8, 'v', 32);
	assert_int_equal(leaderctl_decode_version(&got, buf, LEADERCTL_VERSION_BYTES), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(replies),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
