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
	assert_int_equal(parse("holdfast -6ACvv -p 22 -l me -i a -i b -o X=1 -L 1:h:2 -R 3:h:4 -D 5 -J j -F f "
	                       "--transport cmd -e none host"), 0);
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
	assert_string_equal(q->escape_char, "none");
	assert_string_equal(q->destination, "host");
	assert_null(o.command);
}

static void
test_command(void **state)
{
	(void)state;
	assert_int_equal(parse("holdfast host -t ls -l /"), 0);
	assert_string_equal(o.command, "ls -l /");
	assert_int_equal(o.tty, TTY_YES);
	assert_int_equal(parse("holdfast -tt -- host -x y"), 0);
	assert_string_equal(o.command, "-x y");
	assert_int_equal(o.tty, TTY_FORCE);
	assert_int_equal(parse("holdfast -t -T host ls"), 0);
	assert_int_equal(o.tty, TTY_NO);
	assert_int_equal(parse("holdfast -T -t host ls"), 0);
	assert_int_equal(o.tty, TTY_YES);
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
	assert_int_equal(parse("holdfast --version"), 0);
	assert_int_equal(o.what, OPTIONS_VERSION);
}

/* The command line counts before the environment. */
static void
test_predict(void **state)
{
	(void)state;
	assert_int_equal(parse("holdfast host"), 0);
	assert_int_equal(o.predict, PREDICT_ADAPTIVE);
	assert_int_equal(parse("holdfast host --predict always"), 0);
	assert_int_equal(o.predict, PREDICT_ALWAYS);
	setenv("HOLDFAST_PREDICT", "never", 1);
	assert_int_equal(parse("holdfast host"), 0);
	assert_int_equal(o.predict, PREDICT_NEVER);
	assert_int_equal(parse("holdfast --predict=adaptive host"), 0);
	assert_int_equal(o.predict, PREDICT_ADAPTIVE);
	refused("holdfast --predict sometimes host", "--predict sometimes: expected adaptive, always or never");
	setenv("HOLDFAST_PREDICT", "yes", 1);
	refused("holdfast host", "HOLDFAST_PREDICT=yes: expected adaptive, always or never");
	assert_int_equal(parse("holdfast --predict never host"), 0);
	setenv("HOLDFAST_PREDICT", "", 1);
	assert_int_equal(parse("holdfast host"), 0);
	assert_int_equal(o.predict, PREDICT_ADAPTIVE);
	unsetenv("HOLDFAST_PREDICT");
}

static void
test_refused(void **state)
{
	(void)state;
	refused("holdfast", "no host");
	refused("holdfast -u host", "-u");
	refused("holdfast --nonsense host", "--nonsense");
	refused("holdfast -p", "-p");
	refused("holdfast -y -E log host", "-y");
	refused("holdfast -W a:1 --session x host", "--session");
	refused("holdfast --json host", "--list");
	refused("holdfast --list host ls", "--list");
	refused("holdfast --new --join host", "--join cannot be used with --new");
	refused("holdfast --new --session x host", "--session cannot be used with --new");
	refused("holdfast --join host", "--join requires --session");
	refused("holdfast host --read-only", "--read-only requires --session");
	refused("holdfast --session= host", "--session needs the id or the name of a session");
	refused("holdfast --sesion x host", "unknown option --sesion; did you mean \"--session\"?");
	refused("holdfast --re host", "option --re can be any of --read-only, --require");
	refused("holdfast --list=yes host", "option --list takes no value, found \"yes\"");
}

/* What ssh alone does, and what it then gets: the person's line without our own options. */
static void
test_of_ssh_alone(void **state)
{
	static const struct { const char *line; enum options_do what; const char *words; } cases[] = {
		{ "holdfast -V -p", OPTIONS_VERSIONS, "-V" },
		{ "holdfast -Q cipher", OPTIONS_SSH, "-Q cipher" },
		{ "holdfast -G -p 7 host", OPTIONS_SSH, "-G -p 7" },
		{ "holdfast host -p 7 -G", OPTIONS_SSH, "-p 7 -G" },
		{ "holdfast --require -W a:1 host", OPTIONS_SSH, "-W a:1" },
		{ "holdfast -O check host", OPTIONS_SSH, "-O check" },
		{ "holdfast -Z host", OPTIONS_SSH, "-Z" },
		{ "holdfast host -s sftp", OPTIONS_SSH, "-s" },
		{ "holdfast -s host resume", OPTIONS_SESSION, "-s" },
		{ "holdfast -P tag -MS none host", OPTIONS_SESSION, "-o Tag=tag -M -S none" },
		{ "holdfast -2Kk1 -w 0 -I lib -y host", OPTIONS_SESSION, "-2 -K -k -1 -w 0 -I lib -y" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char words[200] = "";

		if (parse(cases[i].line) != 0 || o.what != cases[i].what)
			fail_msg("%s: %s, what %d", cases[i].line, why, (int)o.what);
		for (char *const *w = o.request.words_after ? o.request.words_after : o.request.words; *w; w++)
			snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", *words ? " " : "", *w);
		assert_string_equal(words, cases[i].words);
	}
}

/* What holdfastctl on the host gets for a line, each word in brackets. */
static void
test_scripts(void **state)
{
	static const struct { const char *line, *words; } cases[] = {
		{ "holdfast --print work host", "[print][--][work]" },
		{ "holdfast host --print=-x --html --scrollback", "[print][--html][--scrollback][--][-x]" },
		{ "holdfast --peek 3 --ansi host", "[peek][--ansi][--][3]" },
		{ "holdfast --send work host make -j 2", "[send][--][work][make][-j][2]" },
		{ "holdfast --send work --enter host", "[send][--enter][--][work]" },
		{ "holdfast --send work --keys host C-c Enter", "[send][--keys][--][work][C-c][Enter]" },
		{ "holdfast --send work host -- -x", "[send][--][work][-x]" },
		{ "holdfast -p 7 --tail work --follow --lines 5 --raw host", "[tail][-f][-n][5][--raw][--][work]" },
		{ "holdfast --wait work --for a+ --timeout 5s host", "[wait][--for][a+][--timeout][5s][--][work]" },
		{ "holdfast --wait work --end --since-start --prompt host", "[wait][--prompt][--end][--since-start][--][work]" },
	};
	const char *words[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char all[200] = "";
		int n;

		if (parse(cases[i].line) != 0 || o.what != OPTIONS_SCRIPT)
			fail_msg("%s: %s, what %d", cases[i].line, why, (int)o.what);
		n = options_script_words(&o.script, o.request.run, words, 64);
		for (int j = 0; j < n; j++)
			snprintf(all + strlen(all), sizeof all - strlen(all), "[%s]", words[j]);
		assert_string_equal(all, cases[i].words);
	}
	assert_int_equal(parse("holdfast --send work host -"), 0);
	assert_true(options_script_reads(&o.script, o.request.run));
	assert_int_equal(parse("holdfast --send work --keys host -"), 0);
	assert_false(options_script_reads(&o.script, o.request.run));
	assert_int_equal(parse("holdfast --send work host - x"), 0);
	assert_false(options_script_reads(&o.script, o.request.run));
}

static void
test_refused_scripts(void **state)
{
	(void)state;
	refused("holdfast --print work --send work host x", "--send cannot be used with --print");
	refused("holdfast --print work --list host", "--print cannot be used with --list");
	refused("holdfast --print work --session x host", "--print cannot be used with --session");
	refused("holdfast --tail work -W a:1 host", "--tail: the other options ask");
	refused("holdfast --ansi host", "--ansi requires --print");
	refused("holdfast --print work --enter host", "--enter requires --send");
	refused("holdfast --peek work --html host", "--html requires --print");
	refused("holdfast --for x --tail work host", "--for requires --wait");
	refused("holdfast --print= host", "--print needs the id or the name of a session");
	refused("holdfast --print work host ls", "--print takes no command");
	refused("holdfast --send work host", "--send needs a text behind the host");
	refused("holdfast --print", "--print");
}

static void
configure(const char *line, const struct sshconfig *c)
{
	assert_int_equal(parse(line), 0);
	assert_int_equal(options_configure(&o, c, why, sizeof why), 0);
}

static void
test_configuration(void **state)
{
	struct sshconfig c = { .remote_command = (char[]){ "top" }, .request_tty = TTY_FORCE, .stdin_null = true };

	(void)state;
	configure("holdfast host", &c);
	assert_string_equal(o.command, "top");
	assert_int_equal(o.tty, TTY_FORCE);
	assert_true(o.no_stdin && options_terminal(&o));
	configure("holdfast -T host ls", &c);
	assert_string_equal(o.command, "ls");
	assert_false(options_terminal(&o));
	c = (struct sshconfig){ .session_type = SESSION_NONE };
	configure("holdfast -tt host", &c);
	assert_true(o.no_session && !options_terminal(&o));
	c = (struct sshconfig){ .fork_after_auth = true };
	configure("holdfast host ls", &c);
	assert_true(o.background && o.no_stdin);
	assert_int_equal(parse("holdfast host"), 0);
	assert_int_equal(options_configure(&o, &c, why, sizeof why), -EINVAL);
	assert_non_null(strstr(why, "-f"));
}

/* The README's entry in ssh's configuration is a held session; other subsystems, and pipes, are ssh's. */
static void
test_subsystem(void **state)
{
	struct sshconfig c = { .session_type = SESSION_SUBSYSTEM, .remote_command = (char[]){ "resume" },
	                       .request_tty = TTY_FORCE };

	(void)state;
	configure("holdfast host", &c);
	assert_int_equal(o.what, OPTIONS_SESSION);
	assert_null(o.command);
	c.request_tty = TTY_NO;
	configure("holdfast host", &c);
	assert_int_equal(o.what, OPTIONS_SSH);
	assert_int_equal(parse("holdfast -s host"), 0);
	assert_int_equal(options_configure(&o, &(struct sshconfig){ .host = NULL }, why, sizeof why), -EINVAL);
	assert_non_null(strstr(why, "-s"));
	configure("holdfast -oSessionType=Subsystem -tt host",
	          &(struct sshconfig){ .remote_command = (char[]){ "resume" } });
	assert_int_equal(o.what, OPTIONS_SESSION);
	configure("holdfast -tt -s host resume", &(struct sshconfig){ .host = NULL });
	assert_int_equal(o.what, OPTIONS_SESSION);
	assert_null(o.command);
	c = (struct sshconfig){ .session_type = SESSION_SUBSYSTEM };
	configure("holdfast -tt host sftp", &c);
	assert_int_equal(o.what, OPTIONS_SSH);
}

/* Programs that drive a shell by its output, such as TRAMP, get the login that the host would not hold either. */
static void
test_dumb_terminal(void **state)
{
	const struct sshconfig c = { .host = NULL };

	(void)state;
	setenv("TERM", "dumb", 1);
	configure("holdfast -tt host", &c);
	assert_int_equal(o.what, OPTIONS_SSH);
	configure("holdfast -tt --session x host", &c);
	assert_int_equal(o.what, OPTIONS_SESSION);
	configure("holdfast -tt host top", &c);
	assert_int_equal(o.what, OPTIONS_SESSION);
	setenv("TERM", "xterm", 1);
	configure("holdfast -tt host", &c);
	assert_int_equal(o.what, OPTIONS_SESSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssh_options),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_own_options),
		cmocka_unit_test(test_predict),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_refused_scripts),
		cmocka_unit_test(test_of_ssh_alone),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_subsystem),
		cmocka_unit_test(test_dumb_terminal),
	};
	int failed;

	setenv("TERM", "xterm", 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);

	options_free(&o);
	return failed;
}
