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

static const struct shellenv_facts facts = { 7, "/run/7/agent", "/dev/pts/9", "*" };

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
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "TERM"), "xterm");
	assert_string_equal(envlist_get(&out, "HOME"), "/home/alice");
	assert_string_equal(envlist_get(&out, "XDG_SESSION_ID"), "2");
	assert_string_equal(envlist_get(&out, "HOLDFAST_SESSION"), "7");
	assert_string_equal(envlist_get(&out, "HOLDFAST_PLACE"), "/run/7");
	assert_string_equal(envlist_get(&out, "SSH_AUTH_SOCK"), "/run/7/agent");
	assert_null(envlist_get(&out, "HOLDFAST_TICKET"));
	envlist_free(&out);
	envlist_unset(&login, "SSH_AUTH_SOCK");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_null(envlist_get(&out, "SSH_AUTH_SOCK"));
	assert_null(envlist_get(&out, "SSH_TTY"));
	envlist_free(&out);
	envlist_free(&login);
	envlist_free(&root);
}

/* AcceptEnv names what else is taken; the terminal and the connection come in any case. */
static void
only_what_is_accepted(void **state)
{
	static const struct shellenv_facts few = { 7, "/run/7/agent", "/dev/pts/9", "LC_*,!LC_NAME,EDITOR" },
		none = { 7, "/run/7/agent", "/dev/pts/9", "" };
	struct envlist login = ENVLIST_INIT, root = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "TERM=xterm");
	envlist_set(&login, "SSH_CONNECTION=a 1 b 2");
	envlist_set(&login, "LC_TIME=C");
	envlist_set(&login, "LC_NAME=C");
	envlist_set(&login, "EDITOR=ed");
	envlist_set(&login, "EDITORS=vi");
	envlist_set(&root, "HOME=/home/alice");
	assert_int_equal(shellenv_make(&out, &login, &root, &few), 0);
	assert_string_equal(envlist_get(&out, "TERM"), "xterm");
	assert_string_equal(envlist_get(&out, "SSH_CONNECTION"), "a 1 b 2");
	assert_string_equal(envlist_get(&out, "LC_TIME"), "C");
	assert_null(envlist_get(&out, "LC_NAME"));
	assert_string_equal(envlist_get(&out, "EDITOR"), "ed");
	assert_null(envlist_get(&out, "EDITORS"));
	assert_string_equal(envlist_get(&out, "HOME"), "/home/alice");
	envlist_free(&out);
	assert_int_equal(shellenv_make(&out, &login, &root, &none), 0);
	assert_string_equal(envlist_get(&out, "TERM"), "xterm");
	assert_null(envlist_get(&out, "EDITOR"));
	envlist_free(&out);
	envlist_free(&login);
	envlist_free(&root);
}

/* SSH_TTY: the login's own, else the session's where ssh is; never without a terminal. */
static void
a_terminal_or_none(void **state)
{
	static const struct shellenv_facts without = { 7, "/run/agent", "", "*" };
	struct envlist login = ENVLIST_INIT, root = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "SSH_CONNECTION=a 1 b 2");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "SSH_TTY"), "/dev/pts/9");
	envlist_free(&out);
	envlist_set(&login, "SSH_TTY=/dev/pts/3");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "SSH_TTY"), "/dev/pts/3");
	envlist_free(&out);
	assert_int_equal(shellenv_make(&out, &login, &root, &without), 0);
	assert_null(envlist_get(&out, "SSH_TTY"));
	envlist_free(&out);
	envlist_free(&login);
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
		cmocka_unit_test(only_what_is_accepted),
		cmocka_unit_test(a_terminal_or_none),
		cmocka_unit_test(only_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
