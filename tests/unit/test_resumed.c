/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "resumed.h"

static char base[64], dir[96];

static void
script(const char *name, mode_t mode, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", text);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

/* Runs what is in the directory: what it prints, the caller's to free. */
static char *
run(uid_t owner, int *rc)
{
	struct envlist env = ENVLIST_INIT;
	struct resumed r = { .dir = dir, .owner = owner, .session = 7, .env = &env };
	char *text = calloc(1, 1 << 17);
	struct waiting w;
	int fds[2];

	envlist_set(&env, "PATH=/usr/bin:/bin");
	envlist_set(&env, "OF_THE_LOGIN=yes");
	envlist_set(&env, "HOLDFAST_TICKET=secret");
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	fcntl(fds[1], F_SETPIPE_SZ, 1 << 17);
	assert_int_equal(waiting_begin(&w), 0);
	r.tty = fds[1];
	*rc = resumed_run(&r, &w);
	waiting_end(&w);
	close(fds[1]);
	assert_true(read(fds[0], text, (1 << 17) - 1) >= 0);
	close(fds[0]);
	envlist_free(&env);
	return text;
}

static void
prints(const char *want)
{
	int rc;
	char *text = run(geteuid(), &rc);

	assert_int_equal(rc, 0);
	assert_string_equal(text, want);
	free(text);
}

static int
begin(void **state)
{
	(void)state;
	snprintf(base, sizeof base, "/tmp/resumed-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	chmod(base, 0755);
	snprintf(dir, sizeof dir, "%s/resume.d", base);
	return mkdir(dir, 0755);
}

static int
finish(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", base);
	return system(command) ? -1 : 0;
}

static void
names(void **state)
{
	(void)state;
	assert_true(resumed_name_ok("10-quota_check"));
	assert_false(resumed_name_ok(""));
	assert_false(resumed_name_ok("a.sh"));
	assert_false(resumed_name_ok(".a"));
	assert_false(resumed_name_ok("a~"));
	assert_false(resumed_name_ok("a b"));
}

static void
in_order_with_the_logins_environment(void **state)
{
	(void)state;
	prints("");
	script("20-b", 0755, "echo b >&2; exit 3");
	script("10-a", 0755, "echo a $OF_THE_LOGIN $HOLDFAST_SESSION [$HOLDFAST_TICKET]; read x || echo eof");
	script("30-c", 0755, "kill -9 $$");
	script("40-d", 0755, "echo d");
	script("50-e", 0644, "echo not executable");
	script("60-f.sh", 0755, "echo name");
	script("70-g", 0775, "echo others can write it");
	prints("a yes 7 []\neof\nb\nd\n");
}

static void
only_the_owners(void **state)
{
	int rc;
	char *text;

	(void)state;
	script("a", 0755, "echo a");
	text = run(geteuid() + 1, &rc);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(chmod(dir, 0777), 0);
	prints("");
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(base, 0777), 0);
	prints("");
	assert_int_equal(chmod(base, 0755), 0);
	prints("a\n");
	/* A link can be somebody else's file. */
	char path[128];
	snprintf(path, sizeof path, "%s/b", dir);
	assert_int_equal(symlink("/bin/true", path), 0);
	prints("a\n");
}

/* Each costs its limit at most, in whatever way it hangs; what comes behind runs while there is time. */
static void
what_hangs(void **state)
{
	uint64_t start = clock_now_ms();

	(void)state;
	script("a", 0755, "echo a; trap '' HUP INT TERM; sleep 1000 & wait");
	script("b", 0755, "echo b");
	prints("a\nb\n");
	assert_true(clock_now_ms() - start >= RESUMED_EACH_MS);
	script("a", 0755, "exec >/dev/null 2>&1; while :; do :; done");
	prints("b\n");
	/* Its output stays open elsewhere: that is not waited for. */
	script("a", 0755, "echo a; sleep 1000 & exit 0");
	start = clock_now_ms();
	prints("a\nb\n");
	assert_true(clock_now_ms() - start < RESUMED_EACH_MS);
	script("a", 0755, "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123; done");
	int rc;
	char *text = run(geteuid(), &rc);
	assert_int_equal(strlen(text), 65536 + 2);
	free(text);
	script("b", 0755, "sleep 1000");
	script("c", 0755, "echo c");
	start = clock_now_ms();
	text = run(geteuid(), &rc);
	assert_null(strstr(text, "c\n"));
	free(text);
	assert_true(clock_now_ms() - start >= RESUMED_ALL_MS);
}

static void
interrupted(void **state)
{
	int rc;
	char *text;

	(void)state;
	script("a", 0755, "echo a; kill -INT $PPID; sleep 1000");
	script("b", 0755, "echo b");
	text = run(geteuid(), &rc);
	assert_int_equal(rc, -EINTR);
	assert_string_equal(text, "a\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test_setup_teardown(in_order_with_the_logins_environment, begin, finish),
		cmocka_unit_test_setup_teardown(only_the_owners, begin, finish),
		cmocka_unit_test_setup_teardown(what_hangs, begin, finish),
		cmocka_unit_test_setup_teardown(interrupted, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
