/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "leaderreg.h"

static void
names(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "1-2", "1-2-", "-1-2-3", "1-2-3-4", "1-0-3", "01-2-3", "1-2-03", "1-2-3 ", " 1-2-3",
		"1-+2-3",
		"4294967296-1-1", "1-2147483648-1", "1-1-18446744073709551616", "a-b-c",
	};
	struct leaderreg e = {0};
	char name[LEADERREG_NAME];

	(void)state;
	assert_int_equal(leaderreg_parse_name(&e, "1000-4711-18446744073709551615"), 0);
	assert_int_equal(e.uid, 1000);
	assert_int_equal(e.pid, 4711);
	assert_true(e.start == UINT64_MAX);
	leaderreg_name(&e, name);
	assert_string_equal(name, "1000-4711-18446744073709551615");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(leaderreg_parse_name(&e, bad[i]), -EBADMSG);
}

static void
texts(void **state)
{
	static const char *const bad[] = { "1 2 3", "1 2\n", "0 2 3\n", "1 0 3\n", "1 2 3\n\n", "1 2 3 4\n",
	                                   "1 2 3 0 5\n", "1 2 3 4 5 6\n", "1 2 3 4 5 0\n", "1 2 3 0 5 1\n",
	                                   "1 2 3 4 5 1 1\n", "1 2 3 2147483648 5\n", "x\n", "4294967296 1 1\n",
	                                   "1 2147483648 1\n", "-1 2 3\n" };
	struct leaderreg e = { .id = 7, .keeper = 4712, .keeper_start = UINT64_MAX }, got = {0};
	char text[LEADERREG_TEXT];
	int len = leaderreg_text(&e, text);

	(void)state;
	assert_int_equal(leaderreg_parse_text(&got, text, (size_t)len), 0);
	assert_memory_equal(&got, &e, sizeof e);
	e.shell = INT32_MAX;
	e.shell_start = UINT64_MAX - 1;
	len = leaderreg_text(&e, text);
	assert_int_equal(leaderreg_parse_text(&got, text, (size_t)len), 0);
	assert_memory_equal(&got, &e, sizeof e);
	e.ended = LEADERREG_KEPT;
	len = leaderreg_text(&e, text);
	assert_int_equal(leaderreg_parse_text(&got, text, (size_t)len), 0);
	assert_memory_equal(&got, &e, sizeof e);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(leaderreg_parse_text(&got, bad[i], strlen(bad[i])), -EBADMSG);
	assert_memory_equal(&got, &e, sizeof e);
	assert_int_equal(leaderreg_parse_text(&got, "", 0), 0);
	assert_int_equal(got.id, 0);
	assert_int_equal(got.keeper, 0);
}

/* What can't be read counts as a leader that has said nothing: it is not passed over. */
static void
damaged_ones_still_count(void **state)
{
	char dir[] = "/tmp/holdfast-leadreg.XXXXXX", path[64];
	struct leaderreg e;
	int at, fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	at = open(dir, O_RDONLY | O_DIRECTORY);
	fd = openat(at, "5-6-7", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "1 2", 3), 3);
	close(fd);
	assert_int_equal(leaderreg_read(&e, at, "5-6-7"), 0);
	assert_int_equal(e.uid, 5);
	assert_int_equal(e.id, 0);
	assert_int_equal(leaderreg_read(&e, at, "5-6-8"), -ENOENT);
	close(at);
	snprintf(path, sizeof path, "%s/5-6-7", dir);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(texts),
		cmocka_unit_test(damaged_ones_still_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
