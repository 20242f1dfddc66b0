/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "resumed.h"

static char base[64], dir[96];
static unsigned each_ms, all_ms;

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
	struct resumed r = { .dir = dir, .owner = owner, .session = 7, .env = &env,
		             .each_ms = each_ms, .all_ms = all_ms };
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
	each_ms = all_ms = 60000;
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

/* Whether the process whose number is in the file "pid" runs; ends it. */
static bool
left_behind(void)
{
	char path[128];
	bool runs;
	FILE *f;
	int pid = 0;

	snprintf(path, sizeof path, "%s/pid", base);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	runs = kill(pid, 0) == 0;
	kill(pid, SIGKILL);
	return runs;
}

/* In whatever way it hangs, it costs its limit, and what comes behind runs. */
static void
what_hangs(void **state)
{
	uint64_t start = clock_now_ms();

	(void)state;
	each_ms = 1000;
	script("a", 0755, "echo a; trap '' HUP INT TERM; sleep 1000 & wait");
	script("b", 0755, "echo b");
	prints("a\nb\n");
	assert_true(clock_now_ms() - start >= each_ms);
	script("a", 0755, "exec >/dev/null 2>&1; while :; do :; done");
	prints("b\n");
}

/* What a script has begun and left to itself lives on, also with its output open, and is not waited for. */
static void
what_stays(void **state)
{
	char text[128];

	(void)state;
	snprintf(text, sizeof text, "sleep 1000 & echo a; echo $! >%s/pid", base);
	script("a", 0755, text);
	script("b", 0755, "echo b");
	prints("a\nb\n");
	assert_true(left_behind());
}

static void
limits_for_all(void **state)
{
	uint64_t start = clock_now_ms();
	char *text;
	int rc;

	(void)state;
	each_ms = 1000;
	script("a", 0755, "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123; done");
	text = run(geteuid(), &rc);
	assert_int_equal(strlen(text), 65536);
	free(text);
	all_ms = 300;
	script("a", 0755, "sleep 1000");
	script("b", 0755, "echo b");
	text = run(geteuid(), &rc);
	assert_int_equal(rc, 0);
	assert_string_equal(text, "");
	assert_true(clock_now_ms() - start >= all_ms);
	free(text);
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
		cmocka_unit_test_setup_teardown(what_stays, begin, finish),
		cmocka_unit_test_setup_teardown(limits_for_all, begin, finish),
		cmocka_unit_test_setup_teardown(interrupted, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
