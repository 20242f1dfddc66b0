/* SPDX-License-Identifier: MIT */
/* Files of host keys: names, patterns, hashes, and markers. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "knownhosts.h"
#include "list.h"
#include "pattern.h"
#include "revoked.h"

static char directory[] = "/tmp/test-knownhosts-XXXXXX";
static char file[64];

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(file, sizeof(file), "%s/new/known", directory);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(file);
	*strrchr(file, '/') = '\0';
	rmdir(file);
	return rmdir(directory);
}

static void
put(const char *text)
{
	FILE *f;
	char *slash = strrchr(file, '/');

	*slash = '\0';
	mkdir(file, 0700);
	*slash = '/';
	f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static enum known
check(const char *name, const char *type, const char *key, unsigned *line)
{
	char none[] = "/nonexistent", *files[] = { none, file, NULL };
	struct known_where where = { .line = 0 };
	enum known r = knownhosts_check(files, name, type, key, &where);

	if (line)
		*line = where.line;
	return r;
}

static void
patterns(void **state)
{
	(void)state;
	assert_true(knownhosts_match("a,b,c", "b"));
	assert_true(knownhosts_match("*.example.org", "x.EXAMPLE.org"));
	assert_false(knownhosts_match("*.example.org", "example.org"));
	assert_true(knownhosts_match("h?st", "host"));
	assert_false(knownhosts_match("h?st", "hst"));
	assert_true(knownhosts_match("*,!bad", "good"));
	assert_false(knownhosts_match("*,!bad", "bad"));
	assert_false(knownhosts_match("!bad", "good"));
	assert_true(knownhosts_match("[h]:2222", "[h]:2222"));
	assert_false(knownhosts_match("h", "[h]:2222"));
	assert_false(knownhosts_match("", "h"));
	assert_false(knownhosts_match("|1|nonsense", "h"));
}

/* Made by ssh-keygen -H. */
static void
hashed(void **state)
{
	static const char field[] = "|1|jiMnoa8Qr/z//cQZKK1j3WSaT40=|Y1Kw2q1ByDgZxU5YcRHb0KTgv4I=";

	(void)state;
	assert_true(knownhosts_match(field, "host.example"));
	assert_false(knownhosts_match(field, "other.example"));
	put("# nothing\n");
	assert_int_equal(knownhosts_add(file, "host.example", true, "ssh-ed25519", "AAAA"), 0);
	assert_int_equal(check("host.example", "ssh-ed25519", "AAAA", NULL), KNOWN_SAME);
	assert_int_equal(check("other.example", "ssh-ed25519", "AAAA", NULL), KNOWN_NEW);
}

static void
verdicts(void **state)
{
	unsigned line;

	(void)state;
	put("# comment\n\nhost ssh-rsa RSA\nhost,h2 ssh-ed25519 ED me@there\nnonsense\n@revoked * ssh-ed25519 BAD\n"
	    "@cert-authority *.ca ssh-ed25519 CA\n@new-marker host ssh-dss DSS\nhost\tssh-ed25519\tED2\n");
	assert_int_equal(check("host", "ssh-ed25519", "ED", &line), KNOWN_SAME);
	assert_int_equal(line, 4);
	assert_int_equal(check("host", "ssh-ed25519", "ED2", NULL), KNOWN_SAME);
	assert_int_equal(check("host", "ssh-ed25519", "XX", &line), KNOWN_CHANGED);
	assert_int_equal(line, 4);
	assert_int_equal(check("host", "ssh-dss", "DSS", NULL), KNOWN_OTHER);
	assert_int_equal(check("h3", "ssh-ed25519", "ED", NULL), KNOWN_NEW);
	assert_int_equal(check("host", "ssh-ed25519", "BAD", NULL), KNOWN_REVOKED);
	assert_int_equal(check("x.ca", "ssh-ed25519", "CA", NULL), KNOWN_NEW);
	assert_true(knownhosts_authority((char *[]){ file, NULL }, "x.ca"));
	assert_false(knownhosts_authority((char *[]){ file, NULL }, "host"));
}

static void
types(void **state)
{
	char **list = NULL;

	(void)state;
	put("host ssh-rsa A\nhost ssh-ed25519 B\nhost ssh-rsa C\n@revoked host ssh-dss D\nother ecdsa-sha2-nistp256 E\n");
	assert_int_equal(knownhosts_types((char *[]){ file, NULL }, "host", &list), 0);
	assert_int_equal(list_count(list), 2);
	assert_string_equal(list[0], "ssh-rsa");
	assert_string_equal(list[1], "ssh-ed25519");
	list_free(list);
}

static void
adding(void **state)
{
	struct stat st;
	unsigned line;

	(void)state;
	unlink(file);
	*strrchr(file, '/') = '\0';
	rmdir(file);
	file[strlen(file)] = '/';
	assert_int_equal(knownhosts_add(file, "host", false, "ssh-ed25519", "A"), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	put("no newline ssh-rsa"); /* a last line that is not whole */
	assert_int_equal(knownhosts_add(file, "host", false, "ssh-ed25519", "A"), 0);
	assert_int_equal(check("host", "ssh-ed25519", "A", &line), KNOWN_SAME);
	assert_int_equal(line, 2);
	assert_int_equal(knownhosts_add("/nonexistent/a/b", "host", false, "ssh-ed25519", "A"), -ENOENT);
}

static void
names(void **state)
{
	char *name = knownhosts_name("Host.Example", 22);

	(void)state;
	assert_string_equal(name, "host.example");
	free(name);
	name = knownhosts_name("::1", 2222);
	assert_string_equal(name, "[::1]:2222");
	free(name);
}

/* A key's text: its blob begins with its type. */
#define KEY_A "AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
#define KEY_B "AAAAC3NzaC1lZDI1NTE5AAAAIGJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi"
#define ED "ssh-ed25519 "

static void
revocations(void **state)
{
	static const struct { const char *text; enum revoked found; const char *why; } cases[] = {
		{ "", REVOKED_NO, NULL }, { "# a comment\n\n  \n", REVOKED_NO, NULL },
		{ ED KEY_B "\n", REVOKED_NO, NULL }, { ED KEY_A "\n", REVOKED_YES, NULL },
		{ ED KEY_B " me\n \t" ED KEY_A " a comment", REVOKED_YES, NULL }, { "SSHKRL\n", REVOKED_BAD, "line 1" },
		{ "ssh-rsa " KEY_A "\n", REVOKED_BAD, "line 1" }, { ED KEY_B "\n" ED "\n", REVOKED_BAD, "line 2" },
		{ ED "?\n", REVOKED_BAD, "line 1" },
		{ "@revoked " ED KEY_A "\n", REVOKED_BAD, "line 1" }, { KEY_A "\n", REVOKED_BAD, "line 1" },
		{ "ssh-ed25519-cert-v01@openssh.com " KEY_B "\n", REVOKED_FOR_SSH, NULL },
		{ ED KEY_A "\nssh-ed25519-cert-v01@openssh.com " KEY_B "\n", REVOKED_YES, NULL },
	};
	static const char krl[] = "SSHKRL\n\0rest";
	char why[300];
	FILE *f;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		why[0] = '\0';
		put(cases[i].text);
		if (revoked_check(file, KEY_A, why, sizeof why) != cases[i].found ||
		    (cases[i].why && !strstr(why, cases[i].why)))
			fail_msg("of \"%s\": %s", cases[i].text, why);
		assert_int_equal(revoked_for_ssh(file), strstr(cases[i].text, "-cert-") != NULL);
	}
	put("");
	assert_non_null(f = fopen(file, "w"));
	fwrite(krl, 1, sizeof krl, f);
	fclose(f);
	assert_int_equal(revoked_check(file, KEY_A, why, sizeof why), REVOKED_FOR_SSH);
	assert_true(revoked_for_ssh(file));
	assert_int_equal(revoked_check("/nonexistent", KEY_A, why, sizeof why), REVOKED_BAD);
	assert_non_null(strstr(why, "/nonexistent: No such file"));
	assert_int_equal(revoked_check(directory, KEY_A, why, sizeof why), REVOKED_BAD);
	assert_false(revoked_for_ssh("/nonexistent"));
}

static void
endless_pattern(void **state)
{
	static const char *const fields[] = {
		"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "!*a*a*a*a*a*a*a*a*a*b,*c",
	};
	char name[2000];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (size_t i = 0; i < 2; i++)
		assert_false(knownhosts_match(fields[i], name));
	assert_int_equal(pattern_list("a*,!ab*", "abc", false), -1);
	assert_int_equal(pattern_list("!ab*", "xyz", false), 0);
	assert_int_equal(pattern_list("", "", false), 0);
	assert_int_equal(pattern_list("A?C", "abc", true), 1);
	assert_int_equal(pattern_list("A?C", "abc", false), 0);
	assert_true(pattern_match("**", 2, "", false));
	assert_false(pattern_match("", 0, "a", false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns), cmocka_unit_test(hashed), cmocka_unit_test(verdicts), cmocka_unit_test(types),
		cmocka_unit_test(adding), cmocka_unit_test(names), cmocka_unit_test(revocations),
		cmocka_unit_test(endless_pattern),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
