/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "shellenv.h"

static void
what_stays_behind(void **state)
{
	static const char *const no[] = { "HOLDFAST_TICKET=x", "LC_HOLDFAST=y", "LD_PRELOAD=/tmp/x.so", "BASH_ENV=/x",
		                          "ENV=/x", "IFS=x", "BASH_FUNC_ls%%=() { :; }", "SHLVL=3", "_=/bin/x",
		                          "SSH_AUTH_SOCK=/tmp/ssh-x/agent.1", "GCONV_PATH=/x", "HOLDFAST=off" };
	static const char *const yes[] = { "TERM=xterm", "LANG=C", "LC_ALL=C", "LDFLAGS=-s", "ENVIRONMENT=x",
		                           "HOLDFASTER=1", "GIT_AUTHOR_NAME=x", "SSH_CONNECTION=a 1 b 2" };

	(void)state;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (shellenv_may_travel(no[i]))
			fail_msg("%s travels", no[i]);
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (!shellenv_may_travel(yes[i]))
			fail_msg("%s stays behind", yes[i]);
}

static void
later_ones_win(void **state)
{
	struct envlist login = ENVLIST_INIT, root = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "TERM=xterm");
	envlist_set(&login, "HOME=/somewhere");
	envlist_set(&login, "XDG_SESSION_ID=1");
	envlist_set(&login, "SSH_AUTH_SOCK=/tmp/a/agent.1");
	envlist_set(&login, "HOLDFAST_TICKET=0123");
	envlist_set(&root, "HOME=/home/alice");
	envlist_set(&root, "XDG_SESSION_ID=2");
	envlist_set(&root, "HOLDFAST_TICKET=4567");
	assert_int_equal(shellenv_make(&out, &login, &root, 7, "/run/agent"), 0);
	assert_string_equal(envlist_get(&out, "TERM"), "xterm");
	assert_string_equal(envlist_get(&out, "HOME"), "/home/alice");
	assert_string_equal(envlist_get(&out, "XDG_SESSION_ID"), "2");
	assert_string_equal(envlist_get(&out, "HOLDFAST_SESSION"), "7");
	assert_string_equal(envlist_get(&out, "SSH_AUTH_SOCK"), "/run/agent");
	assert_null(envlist_get(&out, "HOLDFAST_TICKET"));
	envlist_free(&out);
	envlist_unset(&login, "SSH_AUTH_SOCK");
	assert_int_equal(shellenv_make(&out, &login, &root, 7, "/run/agent"), 0);
	assert_null(envlist_get(&out, "SSH_AUTH_SOCK"));
	envlist_free(&out);
	envlist_free(&login);
	envlist_free(&root);
}

static void
only_the_connection(void **state)
{
	struct envlist login = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "TERM=xterm");
	envlist_set(&login, "SSH_CONNECTION=a 1 b 2");
	envlist_set(&login, "DISPLAY=localhost:10.0");
	envlist_set(&login, "SSH_AUTH_SOCK=/tmp/a/agent.1");
	assert_int_equal(shellenv_connection(&out, &login, "/run/agent"), 0);
	assert_int_equal(out.count, 3);
	assert_string_equal(envlist_get(&out, "SSH_CONNECTION"), "a 1 b 2");
	assert_string_equal(envlist_get(&out, "SSH_AUTH_SOCK"), "/run/agent");
	envlist_free(&out);
	envlist_free(&login);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_behind),
		cmocka_unit_test(later_ones_win),
		cmocka_unit_test(only_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
