/* SPDX-License-Identifier: MIT */
/* What a session costs: from its cgroup where it has one, else from its processes. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostfile.h"
#include "quoted.h"
#include "usage.h"

static char root[] = "/tmp/holdfast-usage.XXXXXX";

/* Writes TEXT to the file PATH below the root; its directories are made. */
static void
put(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#define SCOPE "/user.slice/user-1000.slice/session-7.scope"

static void
of_a_cgroup(void **state)
{
	struct usage u;

	(void)state;
	hostfile_root(root);
	put("/proc/4711/cgroup", "0::" SCOPE "\n");
	put("/sys/fs/cgroup" SCOPE "/memory.current", "12345678\n");
	put("/sys/fs/cgroup" SCOPE "/pids.current", "5\n");
	put("/sys/fs/cgroup" SCOPE "/cpu.stat", "usage_usec 2500999\nuser_usec 1\n");
	usage_of(NULL, 4711, 4712, &u);
	assert_true(u.known);
	assert_string_equal(u.cgroup, SCOPE);
	assert_int_equal(u.memory_bytes, 12345678);
	assert_int_equal(u.processes, 5);
	assert_int_equal(u.cpu_ms, 2500);
	/* Without accounting it is no use; nor is one that others are in. */
	put("/proc/4711/cgroup", "0::/user.slice/user-1000.slice/session-8.scope\n");
	usage_of(NULL, 4711, 4712, &u);
	assert_false(u.known);
	put("/proc/4711/cgroup", "0::/system.slice/ssh.service\n");
	put("/sys/fs/cgroup/system.slice/ssh.service/memory.current", "1\n");
	put("/sys/fs/cgroup/system.slice/ssh.service/pids.current", "1\n");
	put("/sys/fs/cgroup/system.slice/ssh.service/cpu.stat", "usage_usec 1\n");
	usage_of(NULL, 4711, 4712, &u);
	assert_false(u.known);
	assert_string_equal(u.cgroup, "");
	hostfile_root("");
}

/* A child with a child of its own; both wait for us to close the pipe. */
static void
of_processes(void **state)
{
	int hold[2], ready[2], status;
	struct usage_table *t;
	struct usage u;
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		if (fork() == 0)
			c = write(ready[1], "x", 1) == 1 ? 'x' : ' ';
		_exit(read(hold[0], &c, 1) == 0 ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	hostfile_root(root); /* no cgroup to be seen */
	t = usage_take();
	assert_non_null(t);
	usage_of(t, pid, 0, &u);
	assert_true(u.known);
	assert_int_equal(u.processes, 2);
	assert_true(u.memory_bytes > 0);
	assert_string_equal(u.cgroup, "");
	/* Nobody's. */
	usage_of(t, 0x7ffffff0, 0, &u);
	assert_false(u.known);
	usage_free(t);
	hostfile_root("");
	close(hold[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* Words as a command line, in a line that is just long enough, and in shorter ones: nothing behind it is written. */
static void
words_are_quoted_within_the_line(void **state)
{
	static const char *const words[] = { "printf", "%s", "", "it's", "a b" };
	static const char want[] = "printf %s '' 'it'\\''s' 'a b'";

	(void)state;
	for (size_t cap = 1; cap <= sizeof want; cap++) {
		char *line = calloc(1, cap);
		bool fits = true;

		assert_non_null(line);
		for (size_t i = 0; fits && i < sizeof words / sizeof *words; i++)
			fits = quoted_add(line, cap, words[i]);
		assert_int_equal(fits, cap == sizeof want);
		if (fits)
			assert_string_equal(line, want);
		free(line);
	}
	/* The byte behind the line, also where no sanitizer looks. */
	for (size_t cap = 1; cap < 12; cap++) {
		char line[16] = "";

		line[cap] = '#';
		if (quoted_add(line, cap, "abcdef"))
			quoted_add(line, cap, "");
		assert_int_equal(line[cap], '#');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_cgroup),
		cmocka_unit_test(of_processes),
		cmocka_unit_test(words_are_quoted_within_the_line),
	};
	char command[256];
	int rc;

	if (!mkdtemp(root))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof command, "rm -r '%s'", root);
	return system(command) || rc;
}
