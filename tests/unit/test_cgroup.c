/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "cgroup.h"

#define SCOPE "/user.slice/user-1000.slice/session-4.scope"

static void
expect(const char *text, const char *want, const char *want_root)
{
	char path[PATH_CAP] = "";
	const char *root = "";

	assert_int_equal(cgroup_parse(text, strlen(text), path, &root), 0);
	assert_string_equal(path, want);
	assert_string_equal(root, want_root);
}

static void
paths(void **state)
{
	(void)state;
	expect("0::" SCOPE "\n", SCOPE, "/sys/fs/cgroup");
	expect("0::/\n", "/", "/sys/fs/cgroup");
	/* Hybrid: systemd counts by its own hierarchy, wherever its line stands. */
	expect("9:memory:/x\n1:name=systemd:" SCOPE "\n0::/y\n", SCOPE, "/sys/fs/cgroup/systemd");
	expect("0::/y\n1:name=systemd:" SCOPE "\n", SCOPE, "/sys/fs/cgroup/systemd");
	/* In a container whose host has such a hierarchy, and whose own systemd does not use it. */
	expect("1:name=systemd:/\n0::" SCOPE "\n", SCOPE, "/sys/fs/cgroup");
	expect("2:cpu,cpuacct:/z\n0::/y:z\n", "/y:z", "/sys/fs/cgroup");
}

static void
none(void **state)
{
	static const char *const bad[] = { "", "\n", "0:", "0::", "0::\n", "0::x\n", "1:cpu:/x\n", "1:name=elogind:/3\n" };
	static char big[PATH_CAP + 16];
	char path[PATH_CAP];
	const char *root;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unsigned char *copy = exact_copy(bad[i], strlen(bad[i]));

		assert_int_equal(cgroup_parse((char *)copy, strlen(bad[i]), path, &root), -ENOENT);
		free(copy);
	}
	memset(big, 'x', sizeof big - 1);
	memcpy(big, "0::/", 4);
	assert_int_equal(cgroup_parse(big, sizeof big - 1, path, &root), -ENAMETOOLONG);
}

static void
sessions(void **state)
{
	static const char *const not_his[] = {
		"/", "/system.slice/holdfastd.service", "/user.slice/user-1000.slice", "/user.slice/user-10000.slice/session-4.scope",
		"/user.slice/user-1000.slice/session-.scope", "/user.slice/user-1000.slice/session-4.scope/sub",
		"/user.slice/xuser-1000.slice/session-4.scope", "/user.slice/user-1000.slice/user@1000.service",
		"/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope", "session-4.scope", "/session-4.scope",
	};

	(void)state;
	assert_true(cgroup_is_session_of(SCOPE, 1000));
	assert_true(cgroup_is_session_of("/user.slice/user-0.slice/session-c1.scope", 0));
	/* In a container, below the container's own. */
	assert_true(cgroup_is_session_of("/machine.slice/x" SCOPE, 1000));
	assert_false(cgroup_is_session_of(SCOPE, 0));
	assert_false(cgroup_is_session_of(SCOPE, 100));
	for (size_t i = 0; i < sizeof not_his / sizeof *not_his; i++)
		assert_false(cgroup_is_session_of(not_his[i], 1000));
	assert_true(cgroup_is_scope(SCOPE));
	assert_false(cgroup_is_scope("/system.slice/ssh.service"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(none),
		cmocka_unit_test(sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
