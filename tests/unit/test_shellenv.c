/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "shellenv.h"

static void
what_stays_behind(void **state)
{
	static const char *const no[] = { "HOLDFAST_TICKET=x", "LC_HOLDFAST=y", "HOLDFAST=off", "SSH_USER_AUTH=/tmp/x",
		                          "XDG_SESSION_ID=3", "XDG_SESSION_CLASS=user", "XDG_SEAT=seat0" };
	static const char *const yes[] = { "TERM=xterm", "LANG=C", "LC_ALL=C", "LDFLAGS=-s", "ENVIRONMENT=x",
		                           "HOLDFASTER=1", "GIT_AUTHOR_NAME=x", "SSH_CONNECTION=a 1 b 2",
		                           "XDG_RUNTIME_DIR=/run/user/1", "LD_LIBRARY_PATH=/opt/lib", "BASH_ENV=/x",
		                           "TZDIR=/x" };

	(void)state;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (shellenv_may_travel(no[i]))
			fail_msg("%s travels", no[i]);
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (!shellenv_may_travel(yes[i]))
			fail_msg("%s stays behind", yes[i]);
}

static const struct shellenv_facts facts = { 7, "/run/7", "/run/7/agent/x/agent", "/dev/pts/9", "*" };

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
	assert_string_equal(envlist_get(&out, "HOME"), "/somewhere");
	assert_string_equal(envlist_get(&out, "XDG_SESSION_ID"), "2");
	assert_string_equal(envlist_get(&out, "HOLDFAST_SESSION"), "7");
	assert_string_equal(envlist_get(&out, "HOLDFAST_PLACE"), "/run/7");
	assert_string_equal(envlist_get(&out, "SSH_AUTH_SOCK"), "/run/7/agent/x/agent");
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

/* AcceptEnv names what else is taken; the terminal, the connection and pam_mail's MAIL come in any case. */
static void
only_what_is_accepted(void **state)
{
	static const struct shellenv_facts few = { 7, "/run/7", "/run/7/agent", "/dev/pts/9", "LC_*,!LC_NAME,EDITOR" },
		none = { 7, "/run/7", "/run/7/agent/x/agent", "/dev/pts/9", "" };
	struct envlist login = ENVLIST_INIT, root = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "TERM=xterm");
	envlist_set(&login, "SSH_CONNECTION=a 1 b 2");
	envlist_set(&login, "LC_TIME=C");
	envlist_set(&login, "LC_NAME=C");
	envlist_set(&login, "EDITOR=ed");
	envlist_set(&login, "EDITORS=vi");
	envlist_set(&login, "MAIL=/home/alice/Maildir");
	envlist_set(&root, "HOME=/home/alice");
	assert_int_equal(shellenv_make(&out, &login, &root, &few), 0);
	assert_string_equal(envlist_get(&out, "MAIL"), "/home/alice/Maildir");
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

/* What sshd gave the login counts, for there root's SetEnv comes last; of a session's own what PAM says of this one. */
static void
root_fills_in(void **state)
{
	struct envlist login = ENVLIST_INIT, root = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "PATH=/site/bin");
	envlist_set(&login, "LANG=site");
	envlist_set(&login, "XDG_RUNTIME_DIR=/run/user/1");
	envlist_set(&login, "KRB5CCNAME=FILE:/tmp/of-the-login");
	envlist_set(&login, "DBUS_SESSION_BUS_ADDRESS=unix:path=/x");
	envlist_set(&root, "PATH=/usr/bin");
	envlist_set(&root, "LANG=pam");
	envlist_set(&root, "XDG_SESSION_TYPE=tty");
	envlist_set(&root, "XDG_RUNTIME_DIR=/run/user/2");
	envlist_set(&root, "KRB5CCNAME=FILE:/tmp/of-the-session");
	envlist_set(&root, "OF_PAM=1");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "PATH"), "/site/bin");
	assert_string_equal(envlist_get(&out, "LANG"), "site");
	assert_string_equal(envlist_get(&out, "XDG_SESSION_TYPE"), "tty");
	assert_null(envlist_get(&out, "MAIL"));
	assert_string_equal(envlist_get(&out, "XDG_RUNTIME_DIR"), "/run/user/2");
	assert_string_equal(envlist_get(&out, "KRB5CCNAME"), "FILE:/tmp/of-the-session");
	assert_string_equal(envlist_get(&out, "DBUS_SESSION_BUS_ADDRESS"), "unix:path=/x");
	assert_string_equal(envlist_get(&out, "OF_PAM"), "1");
	envlist_free(&out);
	/* sshd has set all that its shell has; only a caller in a shell lacks XDG_SESSION_TYPE. */
	envlist_set(&login, "HOME=/home/alice");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_null(envlist_get(&out, "XDG_SESSION_TYPE"));
	envlist_free(&out);
	envlist_set(&login, "XDG_SESSION_TYPE=unspecified");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "XDG_SESSION_TYPE"), "tty");
	envlist_free(&out);
	envlist_free(&login);
	envlist_free(&root);
}

/* SSH_TTY: the session's where ssh is; never the login's, and none without a terminal. */
static void
a_terminal_or_none(void **state)
{
	static const struct shellenv_facts without = { 7, "/run", "/run/agent", "", "*" };
	struct envlist login = ENVLIST_INIT, root = ENVLIST_INIT, out = ENVLIST_INIT;

	(void)state;
	envlist_set(&login, "SSH_CONNECTION=a 1 b 2");
	envlist_set(&login, "TERM=xterm");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "SSH_TTY"), "/dev/pts/9");
	assert_string_equal(envlist_get(&out, "HOLDFAST_TERM"), "xterm");
	envlist_free(&out);
	envlist_set(&login, "SSH_TTY=/dev/pts/3");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
	assert_string_equal(envlist_get(&out, "SSH_TTY"), "/dev/pts/9");
	envlist_free(&out);
	assert_int_equal(shellenv_make(&out, &login, &root, &without), 0);
	assert_null(envlist_get(&out, "SSH_TTY"));
	assert_null(envlist_get(&out, "HOLDFAST_TERM"));
	envlist_free(&out);
	envlist_unset(&login, "SSH_CONNECTION");
	assert_int_equal(shellenv_make(&out, &login, &root, &facts), 0);
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
	envlist_set(&login, "LANG=C");
	envlist_set(&login, "SSH_CONNECTION=a 1 b 2");
	envlist_set(&login, "SSH_TTY=/dev/pts/3");
	envlist_set(&login, "DISPLAY=localhost:10.0");
	envlist_set(&login, "SSH_AUTH_SOCK=/tmp/a/agent.1");
	assert_int_equal(shellenv_connection(&out, &login, &facts), 0);
	assert_int_equal(out.count, 5);
	assert_string_equal(envlist_get(&out, "SSH_CONNECTION"), "a 1 b 2");
	assert_string_equal(envlist_get(&out, "SSH_AUTH_SOCK"), "/run/7/agent/x/agent");
	assert_string_equal(envlist_get(&out, "SSH_TTY"), "/dev/pts/9");
	assert_string_equal(envlist_get(&out, "TERM"), "xterm");
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
		cmocka_unit_test(root_fills_in),
		cmocka_unit_test(a_terminal_or_none),
		cmocka_unit_test(only_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
