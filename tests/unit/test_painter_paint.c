/* SPDX-License-Identifier: MIT */
/* The messages between keeper and painter. */
#include "unit.h"

#include <errno.h>

#include "paint.h"

static void
orders_come_through(void **state)
{
	const struct paint_order m = { .type = PAINT_RENDER, .offset = UINT64_MAX - 1, .serial = 7, .flags = 2,
		                       .rows = 24, .cols = 1000, .line = "resumed \302\267",
		                       .xpixel = 640, .ypixel = 65535, .colours = { 0, 0x1fdf6e3, 0x1000001 },
		                       .target = { .can = TERMCAN_KNOWN | TERMCAN_PROTECTS, .colours = 88,
		                                   .upper = { [0] = 0x20ac, [127] = 0xff } } };
	struct paint_order got;
	unsigned char buf[PAINT_ORDER_MAX];
	int len = paint_encode_order(&m, buf, sizeof buf);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(paint_decode_order(&got, buf, (size_t)len), 0);
	assert_true(got.offset == m.offset && got.type == m.type);
	assert_true(got.serial == 7 && got.flags == 2);
	assert_int_equal(got.rows, 24);
	assert_int_equal(got.cols, 1000);
	assert_true(got.xpixel == 640 && got.ypixel == 65535);
	assert_memory_equal(got.colours, m.colours, sizeof got.colours);
	assert_string_equal(got.line, m.line);
	assert_memory_equal(&got.target, &m.target, TERMCAN_BYTES); /* without the padding */
}

static void
the_longest_line_fits(void **state)
{
	struct paint_order m = { .type = PAINT_RENDER }, got;
	unsigned char buf[PAINT_ORDER_MAX];
	int len;

	(void)state;
	memset(m.line, 'x', sizeof m.line - 1);
	m.target.can = TERMCAN_KNOWN;
	len = paint_encode_order(&m, buf, sizeof buf);
	assert_uint_in_range(len, PAINT_LINE_CAP, PAINT_ORDER_MAX);
	assert_int_equal(paint_decode_order(&got, buf, (size_t)len), 0);
	assert_string_equal(got.line, m.line);
}

static void
replies_come_through(void **state)
{
	static unsigned char data[PAINT_DATA_MAX], buf[PAINT_REPLY_MAX];
	const struct paint_reply m = { .type = PAINT_BYTES, .offset = 1ull << 40, .serial = 3, .number = 4,
		                       .data = data, .len = sizeof data };
	struct paint_reply got;
	int len = paint_encode_reply(&m, buf, sizeof buf);

	(void)state;
	assert_true(len > PAINT_DATA_MAX);
	assert_int_equal(paint_decode_reply(&got, buf, (size_t)len), 0);
	assert_true(got.offset == m.offset && got.serial == 3 && got.number == 4 && got.len == sizeof data);
	assert_memory_equal(got.data, data, sizeof data);
}

static void
too_much_is_refused(void **state)
{
	static unsigned char data[PAINT_DATA_MAX + 1], buf[PAINT_REPLY_MAX + 64];
	struct paint_reply m = { .type = PAINT_REPORT, .data = data, .len = sizeof data };

	(void)state;
	assert_int_equal(paint_encode_reply(&m, buf, sizeof buf), -EMSGSIZE);
	m.len = 100;
	assert_int_equal(paint_encode_reply(&m, buf, 50), -EMSGSIZE);
}

/* Every shorter and every longer message, every other type. */
static void
others_are_refused(void **state)
{
	const struct paint_order order = { .type = PAINT_SIZE, .rows = 3 };
	const struct paint_reply reply = { .type = PAINT_REPORT, .data = (const unsigned char *)"abc", .len = 3 };
	unsigned char buf[PAINT_ORDER_MAX] = { 0 }, *p;
	struct paint_order o;
	struct paint_reply r;
	size_t len = (size_t)paint_encode_order(&order, buf, sizeof buf);

	(void)state;
	for (size_t n = 0; n <= len + 1; n++) {
		p = exact_copy(buf, n);
		assert_int_equal(paint_decode_order(&o, p, n), n == len ? 0 : -EBADMSG);
		free(p);
	}
	for (unsigned type = 0; type < 256; type++) {
		buf[0] = (unsigned char)type;
		assert_int_equal(paint_decode_order(&o, buf, len), type >= 1 && type <= 6 ? 0 : -EBADMSG);
	}
	memset(buf, 0, sizeof buf);
	len = (size_t)paint_encode_reply(&reply, buf, sizeof buf);
	for (size_t n = 0; n <= len + 1; n++) {
		p = exact_copy(buf, n);
		assert_int_equal(paint_decode_reply(&r, p, n), n == len ? 0 : -EBADMSG);
		free(p);
	}
	for (unsigned type = 0; type < 256; type++) {
		buf[0] = (unsigned char)type;
		assert_int_equal(paint_decode_reply(&r, buf, len), type >= 65 && type <= 71 ? 0 : -EBADMSG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_come_through),
		cmocka_unit_test(the_longest_line_fits),
		cmocka_unit_test(replies_come_through),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
