/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "base64.h"

/* RFC 4648, section 10. */
static void
test_vectors(void **state)
{
	static const char *const vectors[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		size_t len = strlen(vectors[i][0]), text_len = strlen(vectors[i][1]);
		unsigned char *in = exact_copy(vectors[i][0], len), *out = exact_copy(vectors[i][0], len);
		char *text = malloc(BASE64_LEN(len) + 1);

		assert_non_null(text);
		base64_encode(in, len, text);
		assert_string_equal(text, vectors[i][1]);
		assert_int_equal(base64_decode(text, text_len, out, len), (long)len);
		assert_memory_equal(out, in, len);
		if (len)
			assert_int_equal(base64_decode(text, text_len, out, len - 1), -ENOBUFS);
		free(in);
		free(out);
		free(text);
	}
}

static void
test_every_byte(void **state)
{
	unsigned char in[256], out[256];
	char text[BASE64_LEN(256) + 1];

	(void)state;
	for (int i = 0; i < 256; i++)
		in[i] = (unsigned char)i;
	base64_encode(in, sizeof in, text);
	assert_int_equal(strlen(text), BASE64_LEN(256));
	assert_int_equal(base64_decode(text, strlen(text), out, sizeof out), 256);
	assert_memory_equal(out, in, 256);
}

static void
test_what_is_none(void **state)
{
	static const char *const none[] = {
		"Z", "Zg", "Zg=", "====", "Z===", "=g==", "Zg==Zg==", "Zm9v=", "Z*9v", "Zm9v\n", "Zm v", "Zm=v",
	};
	unsigned char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		unsigned char *text = exact_copy(none[i], strlen(none[i]));

		if (base64_decode((char *)text, strlen(none[i]), out, sizeof out) != -EBADMSG)
			fail_msg("\"%s\" is taken as base64", none[i]);
		free(text);
	}
	assert_int_equal(base64_decode("Zm\0v", 4, out, sizeof out), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_every_byte), cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
