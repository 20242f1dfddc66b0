/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "wire.h"

static void
numbers_are_big_endian(void **state)
{
	static const unsigned char wanted[] = {
		0x12, 0x12, 0x34, 0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4, 5, 6, 7, 8,
	};
	unsigned char buf[sizeof wanted];
	struct wire_writer w;

	(void)state;
	wire_writer_init(&w, buf, sizeof buf);
	wire_put_u8(&w, 0x12);
	wire_put_u16(&w, 0x1234);
	wire_put_u32(&w, 0x12345678);
	wire_put_u64(&w, 0x0102030405060708);
	assert_int_equal(wire_writer_error(&w), 0);
	assert_int_equal(w.len, sizeof wanted);
	assert_memory_equal(buf, wanted, sizeof wanted);
}

static void
strings_have_their_length_before_them(void **state)
{
	static const unsigned char wanted[] = { 0, 0, 0, 2, 'h', 'i', 0, 0, 0, 0, 0, 0, 0, 0 };
	unsigned char buf[sizeof wanted];
	struct wire_writer w;

	(void)state;
	wire_writer_init(&w, buf, sizeof buf);
	wire_put_cstring(&w, "hi");
	wire_put_cstring(&w, "");
	wire_put_cstring(&w, NULL);
	assert_int_equal(w.len, sizeof wanted);
	assert_memory_equal(buf, wanted, sizeof wanted);
}

static void
what_was_put_is_got(void **state)
{
	unsigned char buf[64], raw[3];
	struct wire_writer w;
	struct wire_reader r;
	struct wire_bytes view;
	char text[8];
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;
	uint8_t v8;

	(void)state;
	wire_writer_init(&w, buf, sizeof buf);
	wire_put_u8(&w, UINT8_MAX);
	wire_put_u16(&w, UINT16_MAX - 1);
	wire_put_u32(&w, UINT32_MAX - 2);
	wire_put_u64(&w, UINT64_MAX - 3);
	wire_put_raw(&w, "abc", 3);
	wire_put_string(&w, "d\0e", 3);
	wire_put_cstring(&w, "1234567");
	wire_reader_init(&r, buf, w.len);
	wire_get_u8(&r, &v8);
	wire_get_u16(&r, &v16);
	wire_get_u32(&r, &v32);
	wire_get_u64(&r, &v64);
	wire_get_raw(&r, raw, sizeof raw);
	wire_get_string(&r, &view, 3);
	wire_get_cstring(&r, text, sizeof text);
	assert_int_equal(wire_reader_end(&r), 0);
	assert_int_equal(v8, UINT8_MAX);
	assert_int_equal(v16, UINT16_MAX - 1);
	assert_int_equal(v32, UINT32_MAX - 2);
	assert_true(v64 == UINT64_MAX - 3);
	assert_memory_equal(raw, "abc", 3);
	assert_int_equal(view.len, 3);
	assert_memory_equal(view.data, "d\0e", 3);
	assert_string_equal(text, "1234567");
}

static void
writer_keeps_within_its_buffer(void **state)
{
	unsigned char buf[4] = { 9, 9, 9, 9 };
	struct wire_writer w;

	(void)state;
	wire_writer_init(&w, buf, 3);
	wire_put_u16(&w, 1);
	wire_put_u16(&w, 2);
	assert_int_equal(wire_writer_error(&w), -EMSGSIZE);
	assert_int_equal(w.len, 2);
	/* The error sticks, even for what would fit. */
	wire_put_u8(&w, 7);
	assert_int_equal(w.len, 2);
	assert_int_equal(buf[2], 9);
	assert_int_equal(buf[3], 9);
}

#if SIZE_MAX > UINT32_MAX
static void
writer_refuses_a_length_over_32_bits(void **state)
{
	unsigned char buf[16];
	struct wire_writer w;

	(void)state;
	wire_writer_init(&w, buf, sizeof buf);
	/* The data must not be looked at. */
	wire_put_string(&w, NULL, (size_t)UINT32_MAX + 1);
	assert_int_equal(wire_writer_error(&w), -EMSGSIZE);
}
#endif

static void
reader_at_the_end_gives_zero_and_sticks(void **state)
{
	unsigned char *buf = exact_copy("\1\2\3", 3);
	struct wire_reader r;
	uint32_t v32 = 5;
	uint8_t v8 = 5;

	(void)state;
	wire_reader_init(&r, buf, 3);
	wire_get_u32(&r, &v32);
	assert_int_equal(v32, 0);
	wire_get_u8(&r, &v8);
	assert_int_equal(v8, 0);
	assert_int_equal(wire_reader_end(&r), -EBADMSG);
	free(buf);
}

static void
leftovers_are_an_error(void **state)
{
	struct wire_reader r;
	uint8_t v;

	(void)state;
	wire_reader_init(&r, "ab", 2);
	wire_get_u8(&r, &v);
	assert_int_equal(wire_reader_end(&r), -EBADMSG);
	wire_get_u8(&r, &v);
	assert_int_equal(wire_reader_end(&r), 0);
}

/* A string that claims LEN bytes in a message that has three, with at most MAX allowed. */
static void
check_string(uint32_t len, size_t max, int wanted)
{
	unsigned char message[7] = { len >> 24, len >> 16 & 255, len >> 8 & 255, len & 255, 'a', 'b', 'c' };
	unsigned char *buf = exact_copy(message, sizeof message);
	struct wire_bytes view = { buf, 99 };
	struct wire_reader r;

	wire_reader_init(&r, buf, sizeof message);
	wire_get_string(&r, &view, max);
	assert_int_equal(r.err, wanted);
	if (wanted) {
		assert_null(view.data);
		assert_int_equal(view.len, 0);
	}
	free(buf);
}

static void
string_lengths_are_bounded(void **state)
{
	(void)state;
	check_string(3, 3, 0);
	check_string(3, 2, -EBADMSG);
	check_string(4, 100, -EBADMSG);
	check_string(UINT32_MAX, SIZE_MAX, -EBADMSG);
	check_string(2, 3, 0);
}

static void
cstrings_fit_with_their_nul(void **state)
{
	static const unsigned char message[] = { 0, 0, 0, 3, 'a', 'b', 'c' };
	static const unsigned char nul[] = { 0, 0, 0, 3, 'a', 0, 'c' };
	struct wire_reader r;
	char text[4];

	(void)state;
	wire_reader_init(&r, message, sizeof message);
	wire_get_cstring(&r, text, 4);
	assert_int_equal(wire_reader_end(&r), 0);
	assert_string_equal(text, "abc");
	wire_reader_init(&r, message, sizeof message);
	wire_get_cstring(&r, text, 3);
	assert_int_equal(wire_reader_end(&r), -EBADMSG);
	assert_string_equal(text, "");
	wire_reader_init(&r, nul, sizeof nul);
	strcpy(text, "x");
	wire_get_cstring(&r, text, sizeof text);
	assert_int_equal(r.err, -EBADMSG);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_big_endian),
		cmocka_unit_test(strings_have_their_length_before_them),
		cmocka_unit_test(what_was_put_is_got),
		cmocka_unit_test(writer_keeps_within_its_buffer),
#if SIZE_MAX > UINT32_MAX
		cmocka_unit_test(writer_refuses_a_length_over_32_bits),
#endif
		cmocka_unit_test(reader_at_the_end_gives_zero_and_sticks),
		cmocka_unit_test(leftovers_are_an_error),
		cmocka_unit_test(string_lengths_are_bounded),
		cmocka_unit_test(cstrings_fit_with_their_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
