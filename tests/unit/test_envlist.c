/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "envlist.h"

static void
set_get_unset(void **state)
{
	struct envlist e = ENVLIST_INIT;

	(void)state;
	assert_null(envlist_get(&e, "A"));
	envlist_unset(&e, "A");
	assert_int_equal(envlist_set(&e, "A=1"), 0);
	assert_int_equal(envlist_set_value(&e, "AB", "x=y"), 0);
	assert_int_equal(envlist_set(&e, "EMPTY="), 0);
	assert_string_equal(envlist_get(&e, "A"), "1");
	assert_string_equal(envlist_get(&e, "AB"), "x=y");
	assert_string_equal(envlist_get(&e, "EMPTY"), "");
	assert_null(envlist_get(&e, "B"));
	assert_null(envlist_get(&e, ""));
	assert_int_equal(e.count, 3);
	assert_int_equal(e.bytes, 4 + 7 + 7);
	envlist_unset(&e, "A");
	assert_null(envlist_get(&e, "A"));
	assert_string_equal(e.v[0], "AB=x=y");
	assert_null(e.v[2]);
	assert_int_equal(e.bytes, 7 + 7);
	envlist_free(&e);
	assert_int_equal(e.count, 0);
	envlist_free(&e);
}

static void
same_name_replaces(void **state)
{
	struct envlist e = ENVLIST_INIT;

	(void)state;
	assert_int_equal(envlist_set(&e, "A=1"), 0);
	assert_int_equal(envlist_set(&e, "B=2"), 0);
	assert_int_equal(envlist_set(&e, "A=three"), 0);
	assert_int_equal(e.count, 2);
	assert_string_equal(e.v[0], "A=three");
	assert_int_equal(e.bytes, 8 + 4);
	envlist_free(&e);
}

static void
no_name_is_refused(void **state)
{
	struct envlist e = ENVLIST_INIT;

	(void)state;
	assert_int_equal(envlist_set(&e, ""), -EINVAL);
	assert_int_equal(envlist_set(&e, "A"), -EINVAL);
	assert_int_equal(envlist_set(&e, "=1"), -EINVAL);
	assert_int_equal(e.count, 0);
	envlist_free(&e);
}

static void
count_is_bounded(void **state)
{
	struct envlist e = ENVLIST_INIT;
	char entry[32];

	(void)state;
	for (int i = 0; i < ENV_COUNT_MAX; i++) {
		snprintf(entry, sizeof entry, "V%d=", i);
		assert_int_equal(envlist_set(&e, entry), 0);
	}
	assert_int_equal(envlist_set(&e, "ONE_MORE=1"), -E2BIG);
	assert_int_equal(e.count, ENV_COUNT_MAX);
	assert_null(e.v[ENV_COUNT_MAX]);
	/* There is always room to replace. */
	assert_int_equal(envlist_set(&e, "V0=1"), 0);
	envlist_free(&e);
}

static void
bytes_are_bounded(void **state)
{
	struct envlist e = ENVLIST_INIT;
	char *big = malloc(ENV_BYTES_MAX + 2);

	(void)state;
	assert_non_null(big);
	memset(big, 'x', ENV_BYTES_MAX + 1);
	big[1] = '=';
	big[ENV_BYTES_MAX] = '\0';
	assert_int_equal(envlist_set(&e, big), -E2BIG);
	assert_int_equal(e.count, 0);
	big[ENV_BYTES_MAX - 1] = '\0';
	assert_int_equal(envlist_set(&e, big), 0);
	assert_int_equal(e.bytes, ENV_BYTES_MAX);
	assert_int_equal(envlist_set(&e, "A="), -E2BIG);
	/* One that is replaced does not count. */
	assert_int_equal(envlist_set(&e, "x=short"), 0);
	assert_int_equal(envlist_set(&e, "A="), 0);
	free(big);
	envlist_free(&e);
}

static size_t
encode(const struct envlist *e, unsigned char *buf, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, buf, cap);
	envlist_put(&w, e);
	assert_int_equal(wire_writer_error(&w), 0);
	return w.len;
}

/* Decodes LEN bytes of a buffer that is just that long. */
static int
decode(const unsigned char *bytes, size_t len, struct envlist *e)
{
	unsigned char *copy = exact_copy(bytes, len);
	struct wire_reader r;
	int rc;

	wire_reader_init(&r, copy, len);
	rc = envlist_get_from(&r, e);
	if (!rc)
		assert_int_equal(wire_reader_end(&r), 0);
	else
		assert_int_equal(e->count, 0);
	free(copy);
	return rc;
}

static void
message_and_every_prefix(void **state)
{
	struct envlist e = ENVLIST_INIT, got;
	unsigned char buf[64];
	size_t len;

	(void)state;
	assert_int_equal(envlist_set(&e, "A=1"), 0);
	assert_int_equal(envlist_set(&e, "B=\xff\n"), 0);
	len = encode(&e, buf, sizeof buf);
	assert_int_equal(decode(buf, len, &got), 0);
	assert_int_equal(got.count, 2);
	assert_string_equal(got.v[0], "A=1");
	assert_string_equal(got.v[1], "B=\xff\n");
	assert_null(got.v[2]);
	envlist_free(&got);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(decode(buf, cut, &got), -EBADMSG);
	envlist_free(&e);
}

static void
bad_messages(void **state)
{
	static const unsigned char no_name[] = { 0, 0, 0, 1, 0, 0, 0, 2, '=', 'x' };
	static const unsigned char nul[] = { 0, 0, 0, 1, 0, 0, 0, 4, 'A', '=', 0, 'x' };
	static const unsigned char nothing[] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	static const unsigned char many[] = { 0, 0, 2, 1, 0, 0, 0, 2, 'A', '=' };
	static const unsigned char huge[] = { 255, 255, 255, 255 };
	struct envlist got;

	(void)state;
	assert_int_equal(decode(no_name, sizeof no_name, &got), -EBADMSG);
	assert_int_equal(decode(nul, sizeof nul, &got), -EBADMSG);
	assert_int_equal(decode(nothing, sizeof nothing, &got), -EBADMSG);
	assert_int_equal(decode(many, sizeof many, &got), -E2BIG);
	assert_int_equal(decode(huge, sizeof huge, &got), -E2BIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_get_unset),
		cmocka_unit_test(same_name_replaces),
		cmocka_unit_test(no_name_is_refused),
		cmocka_unit_test(count_is_bounded),
		cmocka_unit_test(bytes_are_bounded),
		cmocka_unit_test(message_and_every_prefix),
		cmocka_unit_test(bad_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
