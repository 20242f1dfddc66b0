/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>

#include "leadctl.h"

static void
requests(void **state)
{
	unsigned char buf[LEADCTL_REQUEST_BYTES + 1] = {0};
	enum leadctl_op op;

	(void)state;
	for (int want = LEADCTL_WHO - 1; want <= LEADCTL_KILL + 1; want++) {
		bool good = want >= LEADCTL_WHO && want <= LEADCTL_KILL;

		leadctl_encode_request((enum leadctl_op)want, buf);
		assert_int_equal(leadctl_decode_request(&op, buf, LEADCTL_REQUEST_BYTES), good ? 0 : -EBADMSG);
		if (good)
			assert_int_equal(op, want);
	}
	leadctl_encode_request(LEADCTL_KILL, buf);
	for (size_t len = 0; len <= sizeof buf; len++) {
		unsigned char *copy = exact_copy(buf, len);

		if (len != LEADCTL_REQUEST_BYTES)
			assert_int_equal(leadctl_decode_request(&op, copy, len), -EBADMSG);
		free(copy);
	}
	/* Nothing in it may be anything else. */
	for (size_t i = 0; i < LEADCTL_REQUEST_BYTES; i++) {
		buf[i] ^= 0x80;
		assert_int_equal(leadctl_decode_request(&op, buf, LEADCTL_REQUEST_BYTES), -EBADMSG);
		buf[i] ^= 0x80;
	}
}

static void
replies(void **state)
{
	const struct leadctl_reply m = {
		.op = LEADCTL_WHO, .result = LEADCTL_DONE, .session = 7, .state = LEADCTL_RUNNING, .keeper_pid = 4711,
		.shell_session = 4712, .keeper_start = UINT64_MAX, .created_ms = 1, .attachments = 2, .killed = 3,
		.name = "build",
	};
	unsigned char buf[LEADCTL_REPLY_BYTES + 1] = {0}, again[LEADCTL_REPLY_BYTES];
	struct leadctl_reply got, other;

	(void)state;
	leadctl_encode_reply(&m, buf);
	assert_int_equal(leadctl_decode_reply(&got, buf, LEADCTL_REPLY_BYTES), 0);
	leadctl_encode_reply(&got, again);
	assert_memory_equal(again, buf, LEADCTL_REPLY_BYTES);
	assert_string_equal(got.name, "build");
	assert_true(got.keeper_start == UINT64_MAX);
	for (size_t len = 0; len <= sizeof buf; len++) {
		unsigned char *copy = exact_copy(buf, len);

		if (len != LEADCTL_REPLY_BYTES)
			assert_int_equal(leadctl_decode_reply(&got, copy, len), -EBADMSG);
		free(copy);
	}
	other = m;
	other.state = LEADCTL_ENDING + 1;
	leadctl_encode_reply(&other, buf);
	assert_int_equal(leadctl_decode_reply(&got, buf, LEADCTL_REPLY_BYTES), -EBADMSG);
	other = m;
	other.result = 0;
	leadctl_encode_reply(&other, buf);
	assert_int_equal(leadctl_decode_reply(&got, buf, LEADCTL_REPLY_BYTES), -EBADMSG);
	other = m;
	strcpy(other.name, "a b");
	leadctl_encode_reply(&other, buf);
	assert_int_equal(leadctl_decode_reply(&got, buf, LEADCTL_REPLY_BYTES), -EBADMSG);
	leadctl_encode_reply(&m, buf);
	buf[LEADCTL_REPLY_BYTES - 1] = 'x';
	assert_int_equal(leadctl_decode_reply(&got, buf, LEADCTL_REPLY_BYTES), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
