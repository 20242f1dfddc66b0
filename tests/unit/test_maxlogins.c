/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maxlogins.h"

/* Group 0 has a name everywhere: "root". */
static const gid_t gids[] = { 1000, 0, 2000 };
static const struct maxlogins_subject alice = { .user = "alice", .uid = 1000, .gids = gids, .gid_count = 3 };

struct place {
	char dir[64], conf[PATH_MAX];
};

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	strcpy(p->dir, "/tmp/test_maxlogins.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->conf, sizeof p->conf, "%s/limits.conf", p->dir);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "limits.conf", "10-a.conf", "20-b.conf", "30-c.txt" };
	struct place *p = *state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s/%s", p->dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

/* What limits.conf says to SUBJECT when it is TEXT; the directory of further files is another one. */
static struct maxlogins
reads(void **state, const struct maxlogins_subject *subject, const char *text)
{
	const struct place *p = *state;
	struct maxlogins m = { 77, 77 };

	put(p->conf, text);
	maxlogins_read(p->conf, "/nonexistent", subject, &m);
	return m;
}

static void
test_none(void **state)
{
	struct maxlogins m = { 77, 77 };

	maxlogins_read("/nonexistent/limits.conf", "/nonexistent", &alice, &m);
	assert_int_equal(m.own, MAXLOGINS_NONE);
	assert_int_equal(m.everybody, MAXLOGINS_NONE);
	m = reads(state, &alice, "alice hard nofile 4\n# alice - maxlogins 1\nbob - maxlogins 2\n");
	assert_int_equal(m.own, MAXLOGINS_NONE);
	assert_int_equal(m.everybody, MAXLOGINS_NONE);
}

static void
test_whom_it_is_for(void **state)
{
	static const struct {
		const char *domain;
		long own, everybody;
	} cases[] = {
		{ "alice", 4, -1 }, { "*", 4, -1 }, { "@root", 4, -1 }, { "1000:", 4, -1 }, { ":1000", 4, -1 },
		{ "999:1001", 4, -1 }, { "@2000:2000", 4, -1 }, { "@:2000", 4, -1 }, { "%root", -1, 4 },
		{ "%", -1, 4 }, { "%:0", -1, 4 },
		{ "bob", -1, -1 }, { "alic", -1, -1 }, { "@alice-s-group", -1, -1 }, { "@", -1, -1 },
		{ ":999", -1, -1 }, { "1001:", -1, -1 }, { ":", -1, -1 }, { "@3000:4000", -1, -1 }, { "1:2:3", -1, -1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line[256];
		struct maxlogins m;

		snprintf(line, sizeof line, "  %s\t- maxlogins 4 # not more\n", cases[i].domain);
		m = reads(state, &alice, line);
		if (m.own != cases[i].own || m.everybody != cases[i].everybody)
			fail_msg("%s: %ld, %ld", cases[i].domain, m.own, m.everybody);
	}
}

static void
test_exactness_and_order(void **state)
{
	assert_int_equal(reads(state, &alice, "alice - maxlogins 3\n* - maxlogins 9\n@root - maxlogins 8\n").own,
	                 3);
	assert_int_equal(reads(state, &alice, "* - maxlogins 9\n@root - maxlogins 8\n").own, 8);
	assert_int_equal(reads(state, &alice, "alice hard maxlogins 3\nalice soft maxlogins 5\n").own, 5);
	assert_int_equal(reads(state, &alice, "* - maxsyslogins 40\n* - maxlogins 2\n").everybody, 40);
	assert_int_equal(reads(state, &alice, "* - maxlogins 2\nalice - maxlogins -1\n").own, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &alice, "* - maxlogins 2\nalice -\n").own, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &alice, "alice - maxlogins 0\n").own, 0);
}

static void
test_root(void **state)
{
	static const gid_t zero[] = { 0 };
	const struct maxlogins_subject root = { .user = "root", .uid = 0, .gids = zero, .gid_count = 1 };

	assert_int_equal(reads(state, &root, "* - maxlogins 1\n@root - maxlogins 1\n").own, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &root, "% - maxlogins 1\n").everybody, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &root, "root - maxlogins 1\n").own, 1);
}

static void
test_lines_that_say_nothing(void **state)
{
	char longer[600];

	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(reads(state, &alice, longer).own, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &alice, "alice - maxlogins\nalice - maxlogins x\nalice\n").own,
	                 MAXLOGINS_NONE);
	assert_int_equal(reads(state, &alice, "alice - maxlogins 2x\n").own, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &alice, "alice - maxlogins unlimited\n").own, MAXLOGINS_NONE);
	assert_int_equal(reads(state, &alice, "\n\n  \nalice - maxlogins 6").own, 6);
}

static void
test_further_files(void **state)
{
	const struct place *p = *state;
	char path[PATH_MAX];
	struct maxlogins m;

	put(p->conf, "alice - maxlogins 1\n");
	snprintf(path, sizeof path, "%s/20-b.conf", p->dir);
	put(path, "alice - maxlogins 5\n");
	snprintf(path, sizeof path, "%s/10-a.conf", p->dir);
	put(path, "alice - maxlogins 4\n");
	snprintf(path, sizeof path, "%s/30-c.txt", p->dir);
	put(path, "alice - maxlogins 6\n");
	maxlogins_read("/nonexistent", p->dir, &alice, &m);
	/* limits.conf lies there as well, and comes last. */
	assert_int_equal(m.own, 1);
	unlink(p->conf);
	maxlogins_read("/nonexistent", p->dir, &alice, &m);
	assert_int_equal(m.own, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whom_it_is_for, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exactness_and_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lines_that_say_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_further_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
