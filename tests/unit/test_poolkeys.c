/* SPDX-License-Identifier: MIT */
/* The file of "PoolVouch key FILE" (poolkeys.h): each way in which it can be wrong is refused, with its line. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "poolkeys.h"

#define HEX64 "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define HEX256 HEX64 HEX64 HEX64 HEX64

static struct poolkeys keys;
static char error[TEXT_CAP];

static int
parse_bytes(const char *text, size_t len)
{
	char *copy = malloc(len + 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	error[0] = '\0';
	rc = poolkeys_parse("f", copy, len, &keys, error);
	free(copy);
	return rc;
}

static int
parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void
keys_in_their_order(void **state)
{
	(void)state;
	assert_int_equal(parse("# a comment\n\n new_1.a-b \t" HEX64 "  \r\nold " HEX256 "\n"), 0);
	assert_int_equal(keys.count, 2);
	assert_string_equal(keys.v[0].id, "new_1.a-b");
	assert_int_equal(keys.v[0].len, 32);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(keys.v[0].secret[i], i);
	assert_int_equal(keys.v[1].len, 128);
	assert_ptr_equal(poolkeys_find(&keys, "old"), &keys.v[1]);
	assert_null(poolkeys_find(&keys, "ol"));
	assert_null(poolkeys_find(&keys, ""));
	assert_int_equal(parse("a " HEX64), 0);
}

static void
refused(const char *text, const char *line)
{
	assert_int_equal(parse(text), -EBADMSG);
	if (strncmp(error, line, strlen(line)) != 0 || !strstr(error, "expected"))
		fail_msg("\"%s\" says: %s", text, error);
	/* Nothing of a secret gets into the log. */
	assert_null(strstr(error, "0102"));
}

static void
lines_that_are_wrong(void **state)
{
	(void)state;
	refused("", "f: ");
	refused("# nothing\n", "f: ");
	refused("a\n", "f:1: ");
	refused("\na " HEX64 "\nb\n", "f:3: ");
	refused("a " HEX64 " more\n", "f:1: ");
	refused("a 0102\n", "f:1: ");
	refused("a " HEX64 "0\n", "f:1: ");
	refused("a " HEX256 "00\n", "f:1: ");
	refused("a 0x" HEX64 "\n", "f:1: ");
	refused("a g0" HEX64 "\n", "f:1: ");
	refused("-a " HEX64 "\n", "f:1: ");
	refused(".a " HEX64 "\n", "f:1: ");
	refused("a/b " HEX64 "\n", "f:1: ");
	refused("\303\251 " HEX64 "\n", "f:1: ");
	refused("munge " HEX64 "\n", "f:1: ");
	refused("a " HEX64 "\na " HEX64 "\n", "f:2: ");
	refused("a12345678901234567890123456789012 " HEX64 "\n", "f:1: ");
	assert_int_equal(parse("a1234567890123456789012345678901 " HEX64 "\n"), 0);
	assert_int_equal(parse_bytes("a " HEX64 "\n\0b", 3 + 64 + 2), -EBADMSG);
}

static void
seventeen_keys(void **state)
{
	char text[17 * 80] = "";

	(void)state;
	for (int i = 0; i < 17; i++) {
		snprintf(text + strlen(text), 80, "k%d " HEX64 "\n", i);
		if (i == 15)
			assert_int_equal(parse(text), 0);
	}
	refused(text, "f:17: ");
}

/* A file with TEXT of the mode MODE: what the reader says. */
static int
file(const char *text, mode_t mode)
{
	char path[] = "/tmp/holdfast-keys-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	rc = poolkeys_read(path, &keys, error);
	unlink(path);
	return rc;
}

static void
files(void **state)
{
	char longer[POOLKEYS_FILE_MAX + 2];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(file("a " HEX64 "\n", 0600), 0);
	assert_string_equal(keys.v[0].id, "a");
	for (mode_t bit = 01; bit <= 04000; bit <<= 1) {
		if (bit & 0600)
			continue;
		assert_int_equal(file("a " HEX64 "\n", 0600 | bit), -EPERM);
		assert_non_null(strstr(error, "expected a file of root's with mode 0600"));
		assert_int_equal(keys.count, 0);
	}
	assert_int_equal(file("a " HEX64 "\n", 0400), -EPERM);
	memset(longer, '#', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(file(longer, 0600), -EBADMSG);
	assert_int_equal(poolkeys_read("/nowhere/at/all", &keys, error), -ENOENT);
	assert_int_equal(poolkeys_read("/tmp", &keys, error), -EPERM);
	assert_int_equal(poolkeys_read("/dev/null", &keys, error), -EPERM);
}

/* Another user's, a link, and a FIFO, which must not make anybody wait. */
static void
files_of_other_kinds(void **state)
{
	char dir[] = "/tmp/holdfast-keys-XXXXXX", path[64], link[64], fifo[64];
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/f", dir);
	snprintf(link, sizeof link, "%s/l", dir);
	snprintf(fifo, sizeof fifo, "%s/p", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "a " HEX64, 66), 66);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(poolkeys_read(path, &keys, error), 0);
	assert_int_equal(poolkeys_read(link, &keys, error), -EPERM);
	assert_int_equal(poolkeys_read(fifo, &keys, error), -EPERM);
	assert_int_equal(fchown(fd, 65534, 0), 0);
	assert_int_equal(poolkeys_read(path, &keys, error), -EPERM);
	close(fd);
	unlink(path), unlink(link), unlink(fifo);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_in_their_order),
		cmocka_unit_test(lines_that_are_wrong),
		cmocka_unit_test(seventeen_keys),
		cmocka_unit_test(files),
		cmocka_unit_test(files_of_other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
