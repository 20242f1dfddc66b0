/* SPDX-License-Identifier: MIT */
/* pieces: a stream of JSON in steps of any length gives the same texts, and no stream takes more than its memory. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "pieces.h"

#define TEXT_CAP 4096

static char elements[TEXT_CAP], values[TEXT_CAP];
static unsigned left_out;

static void
append(char *to, const char *text, size_t len)
{
	size_t at = strlen(to);

	if (at + len + 2 > TEXT_CAP)
		return;
	memcpy(to + at, text, len);
	strcpy(to + at + len, "|");
}

static void
on_element(void *arg, const char *text, size_t len)
{
	(void)arg;
	if (text)
		append(elements, text, len);
	else
		left_out++;
}

static void
on_value(void *arg, const char *text, size_t len)
{
	(void)arg;
	append(values, text, len);
}

/* Feeds TEXT in steps of STEP bytes. */
static int
feed(const char *text, size_t len, size_t step)
{
	struct pieces p;
	int rc = 0;

	*elements = *values = '\0';
	left_out = 0;
	pieces_init(&p, on_element, on_value, NULL);
	for (size_t at = 0; !rc && at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		unsigned char *copy = exact_copy(text + at, n);

		rc = pieces_feed(&p, (char *)copy, n);
		free(copy);
	}
	if (!rc && !pieces_between(&p))
		rc = 1;
	pieces_free(&p);
	return rc;
}

static void
check(const char *text, const char *want_elements, const char *want_values)
{
	for (size_t step = 1; step <= strlen(text); step++) {
		assert_int_equal(feed(text, strlen(text), step), 0);
		assert_string_equal(elements, want_elements);
		assert_string_equal(values, want_values);
	}
}

static void
objects_of_arrays_come_alone(void **state)
{
	(void)state;
	check("{\"header\":{\"revision\":\"7\"},\"kvs\":[{\"key\":\"YQ==\"},{\"key\":\"Yg==\",\"x\":{\"y\":[1,2,{}]}}],\"count\":\"2\"}",
	      "{\"key\":\"YQ==\"}|{\"key\":\"Yg==\",\"x\":{\"y\":[1,2,{}]}}|",
	      "{\"header\":{\"revision\":\"7\"},\"kvs\":[],\"count\":\"2\"}|");
}

static void
values_follow_each_other(void **state)
{
	(void)state;
	check("{\"result\":{\"created\":true}}\n{\"result\":{\"events\":[{\"kv\":{}}]}}\n", "{\"kv\":{}}|",
	      "{\"result\":{\"created\":true}}|{\"result\":{\"events\":[]}}|");
}

static void
strings_hide_brackets(void **state)
{
	(void)state;
	check("{\"a\":\"]}{[\\\"}\",\"b\":[{\"c\":\"\\\\\"},{\"d\":\"{\\\"[\"}]}", "{\"c\":\"\\\\\"}|{\"d\":\"{\\\"[\"}|",
	      "{\"a\":\"]}{[\\\"}\",\"b\":[]}|");
}

static void
brackets_must_match(void **state)
{
	static const char *const bad[] = { "}", "]", "{]", "[}", "{\"a\":[}" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(feed(bad[i], strlen(bad[i]), 1), -EBADMSG);
}

static void
depth_is_limited(void **state)
{
	char deep[PIECES_DEPTH_MAX + 1];

	(void)state;
	memset(deep, '[', sizeof deep);
	assert_int_equal(feed(deep, PIECES_DEPTH_MAX, 7), 1);
	assert_int_equal(feed(deep, sizeof deep, 7), -EBADMSG);
	memset(deep, '{', sizeof deep);
	assert_int_equal(feed(deep, sizeof deep, 7), -EBADMSG);
}

/* What one object that is too long costs, is that object. */
static void
a_long_object_is_left_out(void **state)
{
	size_t len = PIECES_ELEMENT_MAX + 100;
	char *text = malloc(len);
	int n = sprintf(text, "[{\"a\":1},{\"b\":\"");

	(void)state;
	memset(text + n, 'x', len - (size_t)n);
	sprintf(text + len - 20, "\"},{\"c\":3}]");
	assert_int_equal(feed(text, strlen(text), 100), 0);
	assert_string_equal(elements, "{\"a\":1}|{\"c\":3}|");
	assert_int_equal(left_out, 1);
	assert_string_equal(values, "[]|");
	free(text);
}

static void
a_long_rest_ends_it(void **state)
{
	static char text[PIECES_REST_MAX + 10];

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(feed(text, sizeof text, 1000), -EMSGSIZE);
	text[0] = '"';
	assert_int_equal(feed(text, sizeof text, 1000), -EMSGSIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_of_arrays_come_alone),
		cmocka_unit_test(values_follow_each_other),
		cmocka_unit_test(strings_hide_brackets),
		cmocka_unit_test(brackets_must_match),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(a_long_object_is_left_out),
		cmocka_unit_test(a_long_rest_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
