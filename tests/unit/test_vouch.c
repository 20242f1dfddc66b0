/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "vouch.h"

static const struct vouch_request request = {
	.op = VOUCH_OP_START, .ticket = {{1, 2, 3}}, .rows = 24, .cols = 80, .xpixel = 640, .ypixel = 65535,
	.kind = VOUCH_KIND_PIPES, .from = VOUCH_FROM_HOOK,
};

static void
request_and_back(void **state)
{
	unsigned char buf[VOUCH_REQUEST_BYTES];
	struct vouch_request got;

	(void)state;
	vouch_encode_request(&request, buf);
	assert_memory_equal(buf, "holdfast", 8);
	assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), 0);
	assert_int_equal(got.op, VOUCH_OP_START);
	assert_memory_equal(&got.ticket, &request.ticket, sizeof got.ticket);
	assert_int_equal(got.rows, 24);
	assert_int_equal(got.cols, 80);
	assert_int_equal(got.xpixel, 640);
	assert_int_equal(got.ypixel, 65535);
	assert_int_equal(got.kind, VOUCH_KIND_PIPES);
	assert_int_equal(got.from, VOUCH_FROM_HOOK);
}

/* A terminal's request is byte for byte that of a program that knew no other kind; only START has one. */
static void
request_of_a_kind(void **state)
{
	struct vouch_request q = request, got;
	unsigned char buf[VOUCH_REQUEST_BYTES];

	(void)state;
	q.kind = VOUCH_KIND_TERMINAL;
	q.from = VOUCH_FROM_COMMAND;
	vouch_encode_request(&q, buf);
	for (size_t i = 40; i < sizeof buf; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), 0);
	q.kind = VOUCH_KIND_PIPES + 1;
	vouch_encode_request(&q, buf);
	assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), -EBADMSG);
	q.kind = VOUCH_KIND_PIPES;
	q.op = VOUCH_OP_VOUCH;
	vouch_encode_request(&q, buf);
	assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), -EBADMSG);
	q.kind = 0;
	q.from = VOUCH_FROM_HOOK;
	vouch_encode_request(&q, buf);
	assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), 0);
	q.from = VOUCH_FROM_SESSION + 1;
	vouch_encode_request(&q, buf);
	assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), -EBADMSG);
}

static void
request_of_a_wrong_length(void **state)
{
	unsigned char buf[VOUCH_REQUEST_BYTES + 1] = {0};
	struct vouch_request got = {0};

	(void)state;
	vouch_encode_request(&request, buf);
	for (size_t len = 0; len <= sizeof buf; len++) {
		unsigned char *copy = exact_copy(buf, len);

		if (len != VOUCH_REQUEST_BYTES)
			assert_int_equal(vouch_decode_request(&got, copy, len), -EBADMSG);
		free(copy);
	}
	assert_int_equal(got.op, 0);
}

/* Magic, version, op and padding count; a changed byte in the ticket or the size is another valid request. */
static void
request_with_a_changed_byte(void **state)
{
	unsigned char buf[VOUCH_REQUEST_BYTES];
	struct vouch_request got;

	(void)state;
	for (size_t i = 0; i < sizeof buf; i++) {
		int free_field = i >= 16 && i < 40;

		vouch_encode_request(&request, buf);
		buf[i] ^= 0x40;
		assert_int_equal(vouch_decode_request(&got, buf, sizeof buf), free_field ? 0 : -EBADMSG);
	}
}

static const struct vouch_reply replies[] = {
	{ .type = VOUCH_FACTS, .identity = {{9, 8}}, .former = {{7, 6}}, .login_timeout_ms = 5000, .user = "alice",
	  .address = "192.0.2.7", .who = "publickey SHA256:x" },
	{ .type = VOUCH_REFUSED, .refusal = VOUCH_LIMIT, .text = "20 sessions are held already" },
	{ .type = VOUCH_PROGRESS },
	{ .type = VOUCH_READY, .session = 7 },
	{ .type = VOUCH_STARTED },
	{ .type = VOUCH_QUEUED },
};

static void
replies_and_every_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		unsigned char buf[VOUCH_REPLY_MAX];
		struct vouch_reply got;
		int len = vouch_encode_reply(&replies[i], buf, sizeof buf - 1);

		assert_true(len > 0);
		memset(&got, 0xff, sizeof got);
		assert_int_equal(vouch_decode_reply(&got, buf, (size_t)len), 0);
		assert_memory_equal(&got, &replies[i], sizeof got);
		for (int cut = 0; cut < len; cut++) {
			unsigned char *copy = exact_copy(buf, (size_t)cut);

			/* a holdfastd from before there were two identities */
			bool older = replies[i].type == VOUCH_FACTS && cut == len - IDENTITY_BYTES;

			assert_int_equal(vouch_decode_reply(&got, copy, (size_t)cut), older ? 0 : -EBADMSG);
			free(copy);
			assert_int_equal(vouch_encode_reply(&replies[i], buf, (size_t)cut), -EMSGSIZE);
		}
		len = vouch_encode_reply(&replies[i], buf, sizeof buf - 1);
		buf[len] = 0;
		assert_int_equal(vouch_decode_reply(&got, buf, (size_t)len + 1), -EBADMSG);
	}
}

static void
the_longest_reply_fits(void **state)
{
	struct vouch_reply a = { .type = VOUCH_FACTS }, got;
	unsigned char buf[VOUCH_REPLY_MAX];
	int len;

	(void)state;
	memset(a.user, 'u', sizeof a.user - 1);
	memset(a.address, 'a', sizeof a.address - 1);
	memset(a.who, 'w', sizeof a.who - 1);
	len = vouch_encode_reply(&a, buf, sizeof buf);
	assert_true(len > 0);
	assert_int_equal(vouch_decode_reply(&got, buf, (size_t)len), 0);
	assert_memory_equal(&got, &a, sizeof a);
	a = (struct vouch_reply){ .type = VOUCH_REFUSED };
	memset(a.text, 't', sizeof a.text - 1);
	assert_true(vouch_encode_reply(&a, buf, sizeof buf) > 0);
}

static void
unknown_reply(void **state)
{
	struct vouch_reply got;

	(void)state;
	assert_int_equal(vouch_decode_reply(&got, "\0", 1), -EBADMSG);
	assert_int_equal(vouch_decode_reply(&got, "\7", 1), -EBADMSG);
	assert_int_equal(vouch_decode_reply(&got, "\377", 1), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_and_back),
		cmocka_unit_test(request_of_a_kind),
		cmocka_unit_test(request_of_a_wrong_length),
		cmocka_unit_test(request_with_a_changed_byte),
		cmocka_unit_test(replies_and_every_prefix),
		cmocka_unit_test(the_longest_reply_fits),
		cmocka_unit_test(unknown_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
