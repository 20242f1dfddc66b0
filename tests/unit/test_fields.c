/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "envlist.h"
#include "fields.h"

struct sample {
	uint8_t small;
	bool flag;
	uint16_t middle;
	uint32_t bounded;
	uint64_t large;
	unsigned char raw[3];
	char text[4];
	char line[8];
	char padded[4];
	uint32_t added;
};

#define S struct sample
static const struct field fields[] = {
	FIELD_CONST(4, 0x68666c31),
	FIELD_U8(S, small),
	FIELD_BOOL(S, flag),
	FIELD_U16(S, middle),
	FIELD_U32_MAX(S, bounded, 9),
	FIELD_U64(S, large),
	FIELD_RAW(S, raw, 3),
	FIELD_TEXT(S, text),
	FIELD_LINE(S, line),
	FIELD_PADDED(S, padded, 6),
	FIELD_ZERO(2),
	FIELD_LATER(4),
	FIELD_OLDER_END,
	FIELD_U32(S, added),
	FIELDS_END
};

static const struct sample sample = {
	.small = 1, .flag = true, .middle = 0x0203, .bounded = 9, .large = 0x0405060708090a0b, .raw = { 0, 1, 2 },
	.text = "abc", .line = "d\033e\n", .padded = "fgh", .added = 7,
};

static const unsigned char bytes[] = {
	'h', 'f', 'l', '1', 1, 1, 2, 3, 0, 0, 0, 9, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 0, 0, 0, 3, 'a', 'b', 'c',
	0, 0, 0, 2, 'd', 'e', 'f', 'g', 'h', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
};
#define FLAG 5 /* where these are in BYTES */
#define BOUNDED 11
#define TEXT_LEN 26
#define LINE 34
#define PADDED 36
#define ZEROS 42
#define LATER 47
#define ADDED 48

static int
decode(struct sample *m, const void *buf, size_t len)
{
	unsigned char *copy = exact_copy(buf, len);
	int rc = fields_decode(fields, m, sizeof *m, copy, len);

	free(copy);
	return rc;
}

/* Decodes BYTES with the byte at AT changed to V. */
static int
decode_with(struct sample *m, size_t at, unsigned char v)
{
	unsigned char changed[sizeof bytes];

	memcpy(changed, bytes, sizeof changed);
	changed[at] = v;
	return decode(m, changed, sizeof changed);
}

static void
there_and_back(void **state)
{
	unsigned char out[sizeof bytes];
	struct sample got;

	(void)state;
	assert_int_equal(fields_encode(fields, &sample, out, sizeof out), sizeof bytes);
	assert_memory_equal(out, bytes, sizeof bytes);
	for (size_t cap = 0; cap < sizeof out; cap++)
		assert_int_equal(fields_encode(fields, &sample, out, cap), -EMSGSIZE);
	assert_int_equal(decode(&got, bytes, sizeof bytes), 0);
	assert_true(got.small == 1 && got.flag && got.middle == 0x0203 && got.bounded == 9 && got.added == 7);
	assert_true(got.large == sample.large);
	assert_memory_equal(got.raw, sample.raw, 3);
	assert_string_equal(got.text, "abc");
	assert_string_equal(got.line, "de");
	assert_string_equal(got.padded, "fgh");
	for (size_t len = 0; len < sizeof bytes; len++)
		assert_int_equal(decode(&got, bytes, len), len == ADDED ? 0 : -EBADMSG);
}

static void
an_older_version_says_less(void **state)
{
	struct sample got;

	(void)state;
	assert_int_equal(decode(&got, bytes, ADDED), 0);
	assert_int_equal(got.added, 0);
	assert_int_equal(decode(&got, bytes, ADDED + 1), -EBADMSG);
}

static void
limits_are_checked(void **state)
{
	unsigned char out[sizeof bytes + 1];
	struct sample got, m = sample;

	(void)state;
	assert_int_equal(decode_with(&got, 0, 'x'), -EBADMSG);
	assert_int_equal(decode_with(&got, FLAG, 0xff), 0);
	assert_true(got.flag);
	assert_int_equal(decode_with(&got, BOUNDED, 10), -EBADMSG);
	assert_int_equal(decode_with(&got, BOUNDED - 3, 1), -EBADMSG);
	assert_int_equal(decode_with(&got, TEXT_LEN, 4), -EBADMSG);
	assert_int_equal(decode_with(&got, TEXT_LEN + 1, 0), -EBADMSG);
	assert_int_equal(decode_with(&got, LINE, '\033'), 0);
	assert_string_equal(got.line, "e");
	assert_int_equal(decode_with(&got, PADDED + 1, 0), -EBADMSG);
	assert_int_equal(decode_with(&got, PADDED + 3, 'x'), -EBADMSG);
	assert_int_equal(decode_with(&got, ZEROS, 1), -EBADMSG);
	assert_int_equal(decode_with(&got, ZEROS + 1, 1), -EBADMSG);
	assert_int_equal(decode_with(&got, LATER, 5), -EBADMSG);
	/* The decoder skips bytes of later versions there, and goes on with the next field. */
	memcpy(out, bytes, sizeof bytes);
	out[LATER] = 1;
	memcpy(out + ADDED + 1, bytes + ADDED, 4);
	assert_int_equal(decode(&got, out, sizeof out), 0);
	assert_int_equal(got.added, 7);
	/* A text that has no end is not written. */
	memset(m.text, 'x', sizeof m.text);
	assert_int_equal(fields_encode(fields, &m, out, sizeof out), -EMSGSIZE);
	m = sample;
	memset(m.line, 'x', sizeof m.line);
	assert_int_equal(fields_encode(fields, &m, out, sizeof out), -EMSGSIZE);
	m = sample;
	memset(m.padded, 'x', sizeof m.padded);
	assert_int_equal(fields_encode(fields, &m, out, sizeof out), -EMSGSIZE);
}

struct with_env {
	struct envlist first, second;
};

/* The decoder frees environments of a message that it then refuses; the leak checker sees that. */
static void
a_refused_message_holds_nothing(void **state)
{
	static const struct field two[] = {
		FIELD_ENV(struct with_env, first), FIELD_ENV(struct with_env, second), FIELDS_END
	};
	static const unsigned char wire[] = { 0, 0, 0, 1, 0, 0, 0, 2, 'a', '=', 0, 0, 0, 1, 0, 0, 0, 2, 'b', '=' };
	static const unsigned char many[] = { 0, 0, 0, 0, 0, 0, 2, 1 };
	struct with_env got;

	(void)state;
	assert_int_equal(fields_decode(two, &got, sizeof got, wire, sizeof wire), 0);
	assert_string_equal(envlist_get(&got.second, "b"), "");
	fields_free(two, &got);
	for (size_t len = 0; len < sizeof wire; len++) {
		assert_int_equal(fields_decode(two, &got, sizeof got, wire, len), -EBADMSG);
		assert_null(got.first.v);
		assert_null(got.second.v);
	}
	assert_int_equal(fields_decode(two, &got, sizeof got, many, sizeof many), -E2BIG);
}

static void
a_message_has_one_of_its_types(void **state)
{
	static const struct field number[] = { FIELD_U32(struct sample, bounded), FIELDS_END };
	static const struct message d = { sizeof(struct sample), { 3, 200 }, number };
	unsigned char buf[5];
	struct sample got;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		bool good = type == 3 || type == 200;

		assert_int_equal(message_encode(&d, (uint8_t)type, &sample, buf, sizeof buf), sizeof buf);
		assert_int_equal(buf[0], type);
		assert_int_equal(message_is(&d, buf, sizeof buf), good);
		assert_int_equal(message_decode(&d, &got, buf, sizeof buf), good ? 0 : -EBADMSG);
		assert_int_equal(got.bounded, good ? 9 : 0);
	}
	assert_false(message_is(&d, buf, 0));
	assert_int_equal(message_decode(&d, &got, buf, 0), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(an_older_version_says_less),
		cmocka_unit_test(limits_are_checked),
		cmocka_unit_test(a_refused_message_holds_nothing),
		cmocka_unit_test(a_message_has_one_of_its_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
