/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "newgroups.h"

static void
compared(void **state)
{
	static const gid_t has[] = { 10, 20, 30 }, ours[] = { 30, 10 };

	(void)state;
	assert_true(newgroups_differ(has, 3, 1, ours, 2));
	assert_false(newgroups_differ(has, 3, 20, ours, 2));
	assert_true(newgroups_differ(has, 3, 20, ours, 1));
	assert_false(newgroups_differ(has, 0, 1, ours, 2));
	assert_true(newgroups_differ(has, 1, 1, NULL, 0));
}

/* What we have been when the connection was made is what the kernel says of its other end. */
static void
of_a_connection(void **state)
{
	static const gid_t more[] = { 5, 60001, 60002 }, fewer[] = { 60001 };
	int fds[2];

	(void)state;
	if (geteuid() != 0 || setgroups(3, more) < 0)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	assert_false(newgroups_has(fds[0]));
	assert_int_equal(setgroups(1, fewer), 0);
	assert_true(newgroups_has(fds[0]));
	close(fds[0]);
	close(fds[1]);
	/* A pipe has nobody. */
	assert_int_equal(pipe(fds), 0);
	assert_false(newgroups_has(fds[0]));
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(compared), cmocka_unit_test(of_a_connection) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
