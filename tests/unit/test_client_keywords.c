/* SPDX-License-Identifier: MIT */
/* keywords: no keyword of ssh_config(5) is without a row, and the man page says what the rows say. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "keywords.h"
#include "list.h"
#include "sshconfig.h"
#include "sshconfig_handed.h"

#define MANUAL_CAP 65536

static char **
names_of_openssh(void)
{
	char line[256], **names = list_new();
	FILE *f = fopen(KEYWORDS_DIR "/tests/unit/ssh_config.keywords", "re");

	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			assert_int_equal(list_add(&names, line), 0);
	}
	fclose(f);
	assert_true(list_count(names) > 120);
	return names;
}

static void
every_name_has_a_row(void **state)
{
	char **names = names_of_openssh();

	(void)state;
	for (char **name = names; *name; name++)
		if (!keyword_find(*name, strlen(*name)))
			fail_msg("%s is in no row", *name);
	list_free(names);
}

static void
every_row_has_a_name(void **state)
{
	char **names = names_of_openssh();
	const struct keyword *k;

	(void)state;
	for (size_t i = 0; (k = keyword_at(i)); i++) {
		bool found = k->vendor;

		for (char **name = names; *name; name++)
			found = found || strcasecmp(*name, k->name) == 0;
		if (!found)
			fail_msg("%s is no keyword of OpenSSH's", k->name);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(strcasecmp(k->name, keyword_at(j)->name), 0);
	}
	list_free(names);
}

/* What the client does itself has to be read; what it hands over or leaves alone has a reason. */
static void
rows_hold(void **state)
{
	const struct keyword *k;

	(void)state;
	for (size_t i = 0; (k = keyword_at(i)); i++) {
		if (k->how == KEYWORD_DONE && !sshconfig_reads(k->name))
			fail_msg("%s is done, and its value is not read", k->name);
		if ((k->how == KEYWORD_SSH || k->how == KEYWORD_WITHOUT || k->how == KEYWORD_ALIAS) && !k->why)
			fail_msg("%s has no reason", k->name);
		if (k->how == KEYWORD_ALIAS)
			assert_ptr_not_equal(keyword_find(k->name, strlen(k->name)), k);
	}
	assert_null(keyword_find("NoSuchKeyword", 13));
	assert_null(keyword_find("Por", 3));
	assert_string_equal(keyword_find("PORT=22", 4)->name, "Port");
	assert_string_equal(keyword_find("keepalive", 9)->name, "TCPKeepAlive");
}

/* Whatever ssh is installed: all that its -G prints is known, and none of its defaults makes us go through it. */
static void
defaults_of_ssh(void **state)
{
	FILE *f = popen("exec ssh -F none -G host.example 2>/dev/null </dev/null", "r");
	struct sshconfig *c = sshconfig_new();
	char line[16384], why[256];
	unsigned lines = 0;
	int status;

	(void)state;
	assert_non_null(f);
	assert_non_null(c);
	for (; fgets(line, sizeof line, f); lines++) {
		if (!keyword_find(line, strcspn(line, " ")))
			fail_msg("ssh -G prints a keyword that is in no row: %s", line);
		if (sshconfig_line(c, line) != 0)
			fail_msg("ssh -G prints a value that is not understood: %s", line);
	}
	status = pclose(f);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		sshconfig_free(c);
		skip();
	}
	assert_true(lines > 60);
	c->gssapi = true;
	unsetenv("DISPLAY");
	if (sshconfig_handed(c, false, why, sizeof why))
		fail_msg("a default is handed over: %s", why);
	assert_null(c->unknown[0]);
	sshconfig_free(c);
}

struct text {
	char data[MANUAL_CAP];
	size_t len;
};

static void
put(struct text *t, const struct keyword *k)
{
	int n = snprintf(t->data + t->len, sizeof t->data - t->len, ".It Cm %s\n%s\n", k->name, k->why);

	assert_true(n > 0 && t->len + (size_t)n < sizeof t->data);
	t->len += (size_t)n;
}

/* The lists between the marks of the man page are those of the table. */
static void
manual(void **state)
{
	static const struct { enum keyword_how how; const char *mark; } lists[] = {
		{ KEYWORD_SSH, ".\\\" keywords for ssh\n" }, { KEYWORD_DONE, ".\\\" keywords for ssh at times\n" },
		{ KEYWORD_WITHOUT, ".\\\" keywords without effect\n" },
	};
	static struct text want;
	static char page[MANUAL_CAP];
	FILE *f = fopen(KEYWORDS_DIR "/docs/holdfast.1", "re");
	const struct keyword *k;
	const char *at;

	(void)state;
	assert_non_null(f);
	page[fread(page, 1, sizeof page - 1, f)] = '\0';
	fclose(f);
	for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++) {
		want.len = 0;
		want.data[0] = '\0';
		for (size_t i = 0; (k = keyword_at(i)); i++)
			if (k->how == lists[l].how && k->why)
				put(&want, k);
		at = strstr(page, lists[l].mark);
		if (!at || strncmp(at + strlen(lists[l].mark), want.data, want.len) != 0 ||
		    strncmp(at + strlen(lists[l].mark) + want.len, ".El\n", 4) != 0)
			fail_msg("docs/holdfast.1 should have behind %s%s.El", lists[l].mark, want.data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_has_a_row), cmocka_unit_test(every_row_has_a_name),
		cmocka_unit_test(rows_hold), cmocka_unit_test(defaults_of_ssh), cmocka_unit_test(manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
