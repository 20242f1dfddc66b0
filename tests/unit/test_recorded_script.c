/* SPDX-License-Identifier: MIT */
/*
 * The messages of scripts on a keeper's socket (attach_script.h), against the recordings in wire/script; see
 * recordings.h.
 */
#include "recordings.h"

#include "attach_script.h"

#define N 0x0102030405060708

static const struct attach_print print = { ATTACH_PRINT_SCREEN, ATTACH_FORM_HTML };
static const struct attach_print print_min = { ATTACH_PRINT_SCREEN, ATTACH_FORM_TEXT };
static const struct attach_print print_max = { ATTACH_PRINT_ALL, ATTACH_FORM_RENDERING };
static const struct attach_printed printed = { N, 24, 80, 0x1112131415161718 }, printed_min;
static const struct attach_printed printed_max = { UINT64_MAX, UINT16_MAX, UINT16_MAX, UINT64_MAX };
static const struct attach_follow follow = { ATTACH_FOLLOW_OFFSET, 1, N };
static const struct attach_follow follow_min = { ATTACH_FOLLOW_OFFSET, 0, 0 };
static const struct attach_follow follow_max = { ATTACH_FOLLOW_OLDEST, 1, UINT64_MAX };
static const struct attach_sized sized = { N, 24, 80 }, sized_min;
static const struct attach_sized sized_max = { UINT64_MAX, UINT16_MAX, UINT16_MAX };
static const struct attach_gap gap = { N, 0x1112131415161718 }, gap_min, gap_max = { UINT64_MAX, UINT64_MAX };
static const struct attach_quiet quiet = { ATTACH_QUIET_SHELL | ATTACH_QUIET_LINES, 0x21222324, N }, quiet_min;
static const struct attach_quiet quiet_max = { UINT32_MAX, UINT32_MAX, UINT64_MAX };
struct one_number { uint32_t v; };
static const struct one_number sent = { 0x0102 }, sent_min, sent_max = { ATTACH_SEND_MAX };

RECORDED_FLAT(print, struct attach_print, form, attach_encode_print(m, out, cap), attach_decode_print(&got, buf, len));
RECORDED_FLAT(printed, struct attach_printed, length, attach_encode_printed(m, out, cap),
              attach_decode_printed(&got, buf, len));
RECORDED_FLAT(follow, struct attach_follow, offset, attach_encode_follow(m, out, cap),
              attach_decode_follow(&got, buf, len));
RECORDED_FLAT(sized, struct attach_sized, cols, attach_encode_sized(m, out, cap), attach_decode_sized(&got, buf, len));
RECORDED_FLAT(gap, struct attach_gap, to, attach_encode_gap(m, out, cap), attach_decode_gap(&got, buf, len));
RECORDED_FLAT(quiet, struct attach_quiet, offset, attach_encode_quiet(m, out, cap), attach_decode_quiet(&got, buf, len));
RECORDED_FLAT(sent, struct one_number, v, attach_encode_sent(m->v, out, cap), attach_decode_sent(&got.v, buf, len));

static int
send_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return attach_encode_send(m, strlen(m), out, cap);
}

static int
send_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	const unsigned char *bytes;
	size_t n;
	int rc = attach_decode_send(&bytes, &n, buf, len);

	(void)type;
	if (m && !rc) {
		assert_int_equal(n, strlen(m));
		assert_memory_equal(bytes, m, n);
	}
	return rc;
}

static int
followed_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	int len = attach_encode_followed(N, out, cap);

	(void)type;
	if (len < 0 || cap < (size_t)len + strlen(m))
		return -EMSGSIZE;
	memcpy(out + len, m, strlen(m));
	return len + (int)strlen(m);
}

static int
followed_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	struct attach_followed got;
	int rc = attach_decode_followed(&got, buf, len);

	(void)type;
	if (m && !rc) {
		assert_true(got.offset == N && got.len == strlen(m));
		assert_memory_equal(got.bytes, m, got.len);
	}
	return rc;
}

static int
plain_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)m;
	return attach_encode_plain(type, out, cap);
}

static int
plain_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	int got = attach_type_of(buf, len);

	(void)m;
	return got < 0 ? got : got == type ? 0 : -EBADMSG;
}

#define ONE(text, number, of, message, ...) \
	{ .name = text, .type = number, .m = message, .encode = of##_encode, .decode = of##_decode, __VA_ARGS__ }
#define THREE(name, type, of) \
	ONE(name, type, of, &of), ONE(name "-min", type, of, &of##_min), ONE(name "-max", type, of, &of##_max)

static void
messages(void **state)
{
	static const struct recorded v[] = {
		ONE("send", ATTACH_MSG_SEND, send, "ls\r", .rest_is_data = true, .plain = 2),
		ONE("followed", ATTACH_MSG_FOLLOWED, followed, "\xc3\xa9\r\n", .rest_is_data = true,
		    .plain = ATTACH_FOLLOWED_HEAD + 1),
		ONE("quiet", ATTACH_MSG_QUIET, plain, NULL, .longer_is_later = true),
		THREE("sent", ATTACH_MSG_SENT, sent), THREE("print", ATTACH_MSG_PRINT, print),
		THREE("printed", ATTACH_MSG_PRINTED, printed), THREE("follow", ATTACH_MSG_FOLLOW, follow),
		THREE("sized", ATTACH_MSG_SIZED, sized), THREE("gap", ATTACH_MSG_GAP, gap),
		THREE("quiet-is", ATTACH_MSG_QUIET_IS, quiet),
	};

	(void)state;
	recordings_check("script", v, sizeof v / sizeof *v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
