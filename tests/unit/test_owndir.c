/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "owndir.h"

static char base[] = "/tmp/test_owndir.XXXXXX";

static int
setup(void **state)
{
	(void)state;
	strcpy(base + sizeof base - 7, "XXXXXX");
	return mkdtemp(base) && chdir(base) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	unlink("link");
	unlink("file");
	rmdir("dir");
	return chdir("/") || rmdir(base) ? -1 : 0;
}

static void
expect(const char *path, uid_t owner, mode_t forbidden, int want)
{
	int fd = owndir_open(AT_FDCWD, path, owner, forbidden);

	if (want) {
		assert_int_equal(fd, want);
		return;
	}
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	fd_close(&fd);
	assert_int_equal(fd, -1);
	fd_close(&fd);
}

static void
test_owner_and_mode(void **state)
{
	(void)state;
	assert_int_equal(mkdir("dir", 0700), 0);
	expect("dir", geteuid(), 077, 0);
	expect("dir", geteuid() + 1, 0, -EPERM);
	assert_int_equal(chmod("dir", 0755), 0);
	expect("dir", geteuid(), 022, 0);
	expect("dir", geteuid(), 077, -EPERM);
	assert_int_equal(chmod("dir", 0720), 0);
	expect("dir", geteuid(), 022, -EPERM);
	assert_int_equal(chmod("dir", 01700), 0);
	expect("dir", geteuid(), 07777 & ~0700, -EPERM);
}

static void
test_what_is_none(void **state)
{
	int fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, "text", 4), 0);
	assert_int_equal(fd_write_all(-1, "text", 4), -EBADF);
	close(fd);
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(symlink("dir", "link"), 0);
	expect("file", geteuid(), 0, -ENOTDIR);
	expect("link", geteuid(), 0, -ENOTDIR);
	expect("absent", geteuid(), 0, -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_owner_and_mode, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
