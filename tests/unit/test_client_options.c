/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "list.h"
#include "options.h"

static struct options o;
static char why[256];

/* Parses a line; the words stay, since the options point to them. */
static int
parse(const char *line)
{
	static char **words;

	options_free(&o);
	list_free(words);
	words = list_words(line);
	why[0] = '\0';
	return options_parse(&o, (int)list_count(words), words, why, sizeof why);
}

static void
refused(const char *line, const char *said)
{
	assert_int_equal(parse(line), -EINVAL);
	if (!strstr(why, said))
		fail_msg("%s: %s", line, why);
}

static void
test_ssh_options(void **state)
{
	const struct target_request *q = &o.request;

	(void)state;
	assert_int_equal(parse("holdfast -6ACvv -p 22 -l me -i a -i b -o X=1 -L 1:h:2 -R 3:h:4 -D 5 -J j -F f -e cmd host"), 0);
	assert_int_equal(q->family, 6);
	assert_int_equal(q->agent, CHOICE_YES);
	assert_true(q->compress);
	assert_int_equal(q->verbose, 2);
	assert_string_equal(q->port, "22");
	assert_string_equal(q->login, "me");
	assert_string_equal(q->identities[1], "b");
	assert_null(q->identities[2]);
	assert_string_equal(q->options[0], "X=1");
	assert_string_equal(q->local[0], "1:h:2");
	assert_string_equal(q->remote[0], "3:h:4");
	assert_string_equal(q->dynamic[0], "5");
	assert_string_equal(q->jump, "j");
	assert_string_equal(q->config, "f");
	assert_string_equal(q->command, "cmd");
	assert_string_equal(q->destination, "host");
	assert_null(o.command);
}

static void
test_command(void **state)
{
	(void)state;
	assert_int_equal(parse("holdfast host -t ls -l /"), 0);
	assert_string_equal(o.command, "ls -l /");
	assert_int_equal(o.tty, 1);
	assert_int_equal(parse("holdfast -tt -- host -x y"), 0);
	assert_string_equal(o.command, "-x y");
	assert_int_equal(o.tty, 2);
	assert_int_equal(parse("holdfast host -- -x"), 0);
	assert_string_equal(o.command, "-x");
	assert_int_equal(parse("holdfast host -p 7"), 0);
	assert_null(o.command);
	assert_string_equal(o.request.port, "7");
}

static void
test_own_options(void **state)
{
	(void)state;
	assert_int_equal(parse("holdfast --list --json host"), 0);
	assert_int_equal(o.what, OPTIONS_LIST);
	assert_true(o.json);
	assert_int_equal(parse("holdfast host --session=work --join"), 0);
	assert_string_equal(o.session, "work");
	assert_true(o.join);
	assert_int_equal(parse("holdfast --read-only --require --session 3 host"), 0);
	assert_true(o.read_only && o.require);
	assert_int_equal(parse("holdfast -fN host"), 0);
	assert_true(o.background && o.no_session && o.no_stdin);
	assert_int_equal(parse("holdfast --help"), 0);
	assert_int_equal(o.what, OPTIONS_HELP);
	assert_int_equal(parse("holdfast -V"), 0);
	assert_int_equal(o.what, OPTIONS_VERSION);
}

static void
test_refused(void **state)
{
	(void)state;
	refused("holdfast", "no host");
	refused("holdfast -Z host", "-Z");
	refused("holdfast --nonsense host", "--nonsense");
	refused("holdfast -p", "-p");
	refused("holdfast -W a:1 host", "use ssh");
	refused("holdfast -s host sftp", "use ssh");
	refused("holdfast --json host", "--list");
	refused("holdfast --list host ls", "--list");
	refused("holdfast -f host", "-f");
	refused("holdfast --new --join host", "--join");
}

static void
test_configuration(void **state)
{
	struct sshconfig c = { .remote_command = (char[]){ "top" }, .request_tty = TTY_FORCE, .stdin_null = true };

	(void)state;
	assert_int_equal(parse("holdfast host"), 0);
	assert_int_equal(options_configure(&o, &c), 0);
	assert_string_equal(o.command, "top");
	assert_int_equal(o.tty, 2);
	assert_true(o.no_stdin);
	assert_int_equal(parse("holdfast -T host ls"), 0);
	assert_int_equal(options_configure(&o, &c), 0);
	assert_string_equal(o.command, "ls");
	assert_int_equal(o.tty, 0);
	c = (struct sshconfig){ .session_type = SESSION_NONE };
	assert_int_equal(parse("holdfast host"), 0);
	assert_int_equal(options_configure(&o, &c), 0);
	assert_true(o.no_session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssh_options),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_own_options),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_configuration),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	options_free(&o);
	return failed;
}
