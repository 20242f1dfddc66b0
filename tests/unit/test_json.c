/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "json.h"

/* What json_string writes for VALUE; the caller frees it. */
static char *
string_of(const char *value)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct json j;

	assert_non_null(f);
	json_init(&j, f);
	json_string(&j, NULL, value);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
expect_json(const char *value, const char *want)
{
	char *text = string_of(value);

	assert_string_equal(text, want);
	free(text);
}

static void
test_plain(void **state)
{
	(void)state;
	expect_json("", "\"\"");
	expect_json("bash -l", "\"bash -l\"");
	expect_json("a\"b\\c/", "\"a\\\"b\\\\c/\"");
}

static void
test_control(void **state)
{
	(void)state;
	expect_json("\x1b[2J\n\x7f", "\"\\u001b[2J\\u000a\\u007f\"");
	expect_json("\xc2\x9b", "\"\\u009b\"");
	expect_json("\xc2\xa0", "\"\xc2\xa0\"");
}

static void
test_utf8(void **state)
{
	(void)state;
	expect_json("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	expect_json("\xef\xbf\xbf\xf4\x8f\xbf\xbf", "\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\"");
}

static void
test_not_utf8(void **state)
{
	(void)state;
	expect_json("\xff", "\"\\ufffd\"");
	expect_json("a\x80z", "\"a\\ufffdz\"");
	expect_json("\xc3", "\"\\ufffd\"");                     /* cut off */
	expect_json("\xf0\x9f\x98", "\"\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xc0\xaf", "\"\\ufffd\\ufffd\"");          /* overlong */
	expect_json("\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
	expect_json("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

static void
test_commas(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct json j;

	(void)state;
	assert_non_null(f);
	json_init(&j, f);
	json_open(&j, NULL, '{');
	json_open(&j, "v", '[');
	json_open(&j, NULL, '{');
	json_number(&j, "n", UINT64_MAX);
	json_bool(&j, "b", true);
	json_close(&j, '}');
	json_open(&j, NULL, '{');
	json_close(&j, '}');
	json_close(&j, ']');
	json_number(&j, "x", 0);
	json_close(&j, '}');
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "{\"v\":[{\"n\":18446744073709551615,\"b\":true},{}],\"x\":0}");
	free(text);
}

/* An object at the top says which version of docs/schema it follows. */
static void
test_top(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct json j;

	(void)state;
	assert_non_null(f);
	json_begin(&j, f);
	json_string(&j, "a", "b");
	json_end(&j);
	json_begin(&j, f);
	json_end(&j);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "{\"schema\":1,\"a\":\"b\"}\n{\"schema\":1}\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_not_utf8),
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
