/* SPDX-License-Identifier: MIT */
/* sshconfig_file: the files of ssh_config(5) without an ssh: what is refused, blanks in names, what is not expanded. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sshfile_world.h"

#include "list.h"
#include "sshconfig_expand.h"
#include "sshconfig_file.h"
#include "sshconfig_run.h"
#include "sshconfig_words.h"

/* What can't be read is refused by file and line. */
static void
refused(void **state)
{
	static const struct { const char *text, *why; } cases[] = {
		{ "Prot 22\n", "line 1: Bad configuration option: Prot" },
		{ "\nPort\n", "line 2: missing argument of Port" },
		{ "Port twenty\n", "line 1: Port: bad value: twenty" },
		{ "HashKnownHosts perhaps\n", "HashKnownHosts: bad value" },
		{ "StrictHostKeyChecking perhaps\n", "StrictHostKeyChecking: bad value" },
		{ "User \"ann\n", "a quote is open" },
		{ "Match exec true\n", "Match exec needs ssh(1)" },
		{ "Match host\n", "missing argument of Match host" },
		{ "CanonicalizeHostname yes\n", "CanonicalizeHostname needs ssh(1)" },
		{ "Host *\n RefuseConnection \"not today\"\n", "line 2: RefuseConnection: not today" },
		{ "Include ${NO_SUCH_NAME_HERE}\n", "cannot be expanded" },
		{ "IgnoreUnknown Frob*\nGrob 1\n", "line 2: Bad configuration option" },
	};
	char why[256], text[200];
	struct sshconfig *c;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		write_to(path, cases[i].text);
		c = config("box");
		assert_int_equal(sshconfig_file(c, path, NULL, why, sizeof why), -EINVAL);
		if (!strstr(why, cases[i].why) || strncmp(why, path, strlen(path)) != 0)
			fail_msg("of %s it is said: %s", cases[i].text, why);
		sshconfig_free(c);
	}
	snprintf(text, sizeof text, "Include %s\n", path);
	write_to(path, text);
	c = config("box");
	assert_int_equal(sshconfig_file(c, path, NULL, why, sizeof why), -EINVAL);
	assert_non_null(strstr(why, "too many files"));
	sshconfig_free(c);
	c = config("box");
	assert_int_equal(sshconfig_file(c, "/nonexistent/file", NULL, why, sizeof why), -EINVAL);
	assert_non_null(strstr(why, "/nonexistent/file: No such file"));
	sshconfig_free(c);
}

/* Names that ssh -G prints without quotes: it alone knows where they end. */
static void
blanks(void **state)
{
	static const struct { const char *value; bool two_ways; } cases[] = {
		{ "/k", false }, { "~/a ~/b", false }, { "/k /l", false }, { "none", false }, { "/sp ace/kh", true },
		{ "relative", true }, { "/k relative", true }, { "/k  /l", true }, { "/k ", true },
		{ "DIR/a /l", false }, { "DIR/sp /kh", true }, { "/k DIR/sp /kh", false }, { "DIR/sp ~/kh", false },
		{ "/k\tl", true },
	};
	char name[100], value[200], line[300], *const argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, line, NULL };

	(void)state;
	snprintf(name, sizeof name, "%s/sp ", dir);
	assert_int_equal(mkdir(name, 0700), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *at = strstr(cases[i].value, "DIR");
		struct sshconfig *c = config("box");
		char why[256];

		snprintf(value, sizeof value, "%.*s%s%s", at ? (int)(at - cases[i].value) : 0, cases[i].value,
		         at ? dir : "", at ? at + 3 : cases[i].value);
		snprintf(line, sizeof line, "echo 'userknownhostsfile %s'", value);
		assert_int_equal(sshconfig_evaluate(c, argv, argv, why, sizeof why), 0);
		if ((c->handed[0] != NULL) != cases[i].two_ways)
			fail_msg("of \"%s\": %s", value, c->handed[0] ? c->handed[0] : "(nothing)");
		sshconfig_free(c);
	}
	assert_int_equal(rmdir(name), 0);
}

static void
names_with_blanks(void **state)
{
	struct sshconfig *c = config("box");
	char why[256];

	(void)state;
	write_to(path, "UserKnownHostsFile \"/sp ace/kh\" /two\nGlobalKnownHostsFile '/a  b'\n"
	               "RevokedHostKeys \"/r s\"\nIdentityFile \"/i j\"\nXAuthLocation \"/x y\"\n");
	assert_int_equal(sshconfig_file(c, path, NULL, why, sizeof why), 0);
	assert_int_equal(sshconfig_finish(c, false, why, sizeof why), 0);
	assert_int_equal(list_count(c->user_known_hosts), 2);
	assert_string_equal(c->user_known_hosts[0], "/sp ace/kh");
	assert_string_equal(c->user_known_hosts[1], "/two");
	assert_string_equal(c->global_known_hosts[0], "/a  b");
	assert_string_equal(c->revoked_host_keys[0], "/r s");
	assert_null(c->revoked_host_keys[1]);
	assert_string_equal(c->identity_files[0], "/i j");
	assert_string_equal(c->xauth, "/x y");
	sshconfig_free(c);
}

/* A name that is not known is no name that may be left out. */
static void
not_expanded(void **state)
{
	static const char *const lines[] = {
		"UserKnownHostsFile /x/kh_%C", "UserKnownHostsFile /good ${NOPE}/kh",
		"GlobalKnownHostsFile ~no-such-user/kh", "RevokedHostKeys /r%Z", "IdentityFile ${NOPE}/k",
		"CertificateFile /c%Z", "IdentityAgent ${NOPE}/agent", "ProxyCommand px %Z", "ProxyCommand px %",
		"RemoteCommand echo %Z", "ForwardAgent ${NOPE}/a", "SetEnv A=${NOPE}",
	};
	char why[256], line[200];
	struct sshconfig *c;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		snprintf(line, sizeof line, "%s\n", lines[i]);
		write_to(path, line);
		c = config("box");
		assert_int_equal(sshconfig_file(c, path, NULL, why, sizeof why), 0);
		why[0] = '\0';
		if (sshconfig_finish(c, false, why, sizeof why) != -EINVAL || !strstr(why, " cannot be expanded") ||
		    strncmp(why, lines[i], strcspn(lines[i], " ")) != 0)
			fail_msg("%s: %s", lines[i], why);
		sshconfig_free(c);
	}
}

/* A port of the destination holds, be it the usual one. */
static void
port_of_destination(void **state)
{
	struct sshconfig *c = config("box");
	char why[256];

	(void)state;
	write_to(path, "Port 39022\n");
	c->port_given = true;
	assert_int_equal(sshconfig_file(c, path, NULL, why, sizeof why), 0);
	assert_int_equal(c->port, 22);
	sshconfig_free(c);
}

static void
options_first(void **state)
{
	char *const options[] = { (char[]){ "Port=9" }, (char[]){ "User ann" },
	                          (char[]){ "LocalForward=1:a:2" }, NULL };
	char *const bad[] = { (char[]){ "Frobnicate=9" }, NULL };
	struct sshconfig *c = config("box");
	char why[256];

	(void)state;
	write_to(path, "Port 7\nUser bob\nLocalForward 3 b:4\nUserKnownHostsFile none\n");
	assert_int_equal(sshconfig_file(c, path, options, why, sizeof why), 0);
	assert_int_equal(c->port, 9);
	assert_string_equal(c->user, "ann");
	assert_int_equal(list_count(c->local_forward), 2);
	assert_int_equal(list_count(c->user_known_hosts), 0);
	assert_int_equal(list_count(c->global_known_hosts), 2);
	sshconfig_free(c);
	c = config("box");
	assert_int_equal(sshconfig_file(c, "none", bad, why, sizeof why), -EINVAL);
	assert_string_equal(why, "command line: Bad configuration option: Frobnicate");
	sshconfig_free(c);
}

static void
words(void **state)
{
	static const struct { const char *text; const char *words[4]; } good[] = {
		{ "a b", { "a", "b" } }, { "  a\t\"b c\" # d", { "a", "b c" } }, { "a'#'b", { "a#b" } },
		{ "\"\"", { "" } }, { "a\\ b \\\"", { "a b", "\"" } }, { "a\\n", { "a\\n" } }, { "#", { NULL } },
	};
	char **list;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		list = list_new();
		assert_int_equal(sshconfig_words(good[i].text, &list), 0);
		for (size_t k = 0; k < 4 && (list[k] || good[i].words[k]); k++)
			assert_string_equal(list[k] ? list[k] : "(end)", good[i].words[k] ? good[i].words[k] : "(end)");
		list_free(list);
	}
	list = list_new();
	assert_int_equal(sshconfig_words("a 'b", &list), -EINVAL);
	list_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused), cmocka_unit_test(blanks), cmocka_unit_test(names_with_blanks),
		cmocka_unit_test(not_expanded), cmocka_unit_test(port_of_destination),
		cmocka_unit_test(options_first), cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
