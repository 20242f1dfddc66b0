/* SPDX-License-Identifier: MIT */
/* Made-up /proc directories, and real shells that are started as sshd does it and by another shell. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loginshell.h"
#include "procfile.h"
#include "procstat.h"

#define TICKET "0123456789abcdef0123456789abcdef"

/* A block of strings that NULs end, without the one at its end. */
#define FIRST "LANG=C\0"
#define WHO "USER=u\0LOGNAME=u\0HOME=/home/u\0"
#define REST "PATH=/bin\0SHELL=/bin/bash\0TERM=xterm\0HOLDFAST_TICKET=" TICKET "\0"
#define CONNECTION "SSH_CLIENT=192.0.2.7 1 2\0SSH_CONNECTION=192.0.2.7 1 192.0.2.1 2\0SSH_TTY=/dev/pts/1"
#define GOOD FIRST WHO REST CONNECTION
#define BLOCK(text) text, sizeof(text)

static char place[] = "/tmp/holdfast-shell-XXXXXX";

static void
put(const char *name, const char *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", place, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
put_exe(const char *target)
{
	char path[128];

	snprintf(path, sizeof path, "%s/exe", place);
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(place + sizeof place - 7, "XXXXXX");
	assert_non_null(mkdtemp(place));
	put("cmdline", BLOCK("-bash"));
	put("environ", BLOCK(GOOD));
	put_exe("/bin/bash");
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", place);
	return system(command);
}

static int
check_with(const struct loginshell *want, const char **why)
{
	int dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	*why = "";
	rc = loginshell_check(dir, want, why);
	close(dir);
	assert_true(rc == 0 || **why);
	return rc;
}

static int
check(void)
{
	const char *why;

	return check_with(&(struct loginshell){ "/bin/bash", TICKET }, &why);
}

static void
as_sshd_makes_it(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(check(), 0);
	put("environ", BLOCK(WHO REST CONNECTION));
	assert_int_equal(check(), 0);
	/* Without an account to compare with, what it says itself has to fit together. */
	assert_int_equal(check_with(&(struct loginshell){ NULL, TICKET }, &why), 0);
	/* By another path, and under another name, it is the same file. */
	put_exe("/usr/bin/bash");
	assert_int_equal(check(), 0);
}

static void
other_arguments(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} all[] = {
		{ "", 0 }, { BLOCK("bash") }, { BLOCK("-bash\0-r") }, { BLOCK("-bash\0") }, { BLOCK("-rbash") },
		{ BLOCK("-/bin/bash") }, { BLOCK("-") }, { "-bash", 5 }, { BLOCK("-bash ") }, { BLOCK("sshd: u") },
	};
	char much[4096];

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		put("cmdline", all[i].data, all[i].len);
		assert_int_equal(check(), -ENOEXEC);
	}
	memset(much, '-', sizeof much);
	put("cmdline", much, sizeof much);
	assert_int_equal(check(), -ENOEXEC);
}

static void
another_file(void **state)
{
	(void)state;
	put_exe("/bin/sleep");
	assert_int_equal(check(), -ENOEXEC);
	put_exe("/nowhere");
	assert_int_equal(check(), -ENOENT);
}

static void
traces_of_another_shell(void **state)
{
	static const char *const names[] = {
		"PWD=/", "OLDPWD=/", "SHLVL=0", "_=/bin/bash", "SSH_ORIGINAL_COMMAND=x", "PWD=",
		"USER=u", "HOLDFAST_TICKET=x", "SHELL=/bin/bash",
	};
	char block[2048];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t len = strlen(names[i]) + 1;

		memcpy(block, GOOD, sizeof GOOD);
		memcpy(block + sizeof GOOD, names[i], len);
		put("environ", block, sizeof GOOD + len);
		assert_int_equal(check(), -ENOEXEC);
		memcpy(block, names[i], len);
		memcpy(block + len, GOOD, sizeof GOOD);
		put("environ", block, sizeof GOOD + len);
		assert_int_equal(check(), -ENOEXEC);
	}
	/* Names that only begin so are nobody's trace. */
	put("environ", BLOCK(GOOD "\0PWDX=1\0_X=1\0SHLVL\0=1\0"));
	assert_int_equal(check(), 0);
}

static void
another_environment(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} all[] = {
		{ "", 0 },
		{ BLOCK("") },
		{ GOOD, sizeof GOOD - 1 }, /* not ended */
		{ BLOCK("LOGNAME=u\0USER=u\0HOME=/home/u\0" REST CONNECTION) },
		{ BLOCK("USER=u\0LOGNAME=u\0X=1\0HOME=/home/u\0" REST CONNECTION) },
		{ BLOCK("USER=u\0X=1\0LOGNAME=u\0HOME=/home/u\0" REST CONNECTION) },
		{ BLOCK("USER=u\0LOGNAME=u\0" REST CONNECTION) },
		{ BLOCK(WHO "SHELL=/bin/bash\0" CONNECTION) },
		{ BLOCK(WHO "SHELL=/bin/zsh\0HOLDFAST_TICKET=" TICKET "\0" CONNECTION) },
		{ BLOCK(WHO "HOLDFAST_TICKET=" TICKET "\0" CONNECTION) },
		{ BLOCK(WHO "SHELL=/bin/bash\0HOLDFAST_TICKET=0" TICKET "\0" CONNECTION) },
		{ BLOCK(WHO REST "SSH_TTY=/dev/pts/1") },
		{ BLOCK(WHO REST "SSH_CONNECTION=1") },
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		put("environ", all[i].data, all[i].len);
		assert_int_equal(check(), -ENOEXEC);
	}
	/* A user's own start-up file says "own" later: in the beginning there was no ticket. */
	put("environ", BLOCK(GOOD));
	assert_int_equal(check_with(&(struct loginshell){ NULL, NULL }, &why), -ENOEXEC);
	put("environ", BLOCK(WHO "SHELL=/bin/bash\0" CONNECTION));
	assert_int_equal(check_with(&(struct loginshell){ NULL, NULL }, &why), 0);
}

static void
too_much(void **state)
{
	size_t len = sizeof GOOD + ENV_BYTES_MAX;
	char *block = calloc(1, len);
	struct envlist env = ENVLIST_INIT;
	int dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_non_null(block);
	memcpy(block, GOOD, sizeof GOOD);
	memset(block + sizeof GOOD, 'x', ENV_BYTES_MAX - 1);
	put("environ", block, len);
	assert_int_equal(check(), -ENOEXEC);
	assert_int_equal(loginshell_environment(dir, &env), -E2BIG);
	free(block);
	/* Many small ones: nothing against the shell, but they don't fit. */
	block = calloc(ENV_COUNT_MAX + 1, 8);
	assert_non_null(block);
	for (len = 0; len < (ENV_COUNT_MAX + 1) * 8; len += 8)
		snprintf(block + len, 8, "V%04u=1", (unsigned)(len / 8));
	put("environ", block, len);
	assert_int_equal(loginshell_environment(dir, &env), -E2BIG);
	assert_int_equal(env.count, 0);
	free(block);
	close(dir);
}

static void
the_initial_environment(void **state)
{
	struct envlist env = ENVLIST_INIT;
	int dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	put("environ", BLOCK("A=1\0nothing\0=x\0B=\0TERM=xterm"));
	assert_int_equal(loginshell_environment(dir, &env), 0);
	assert_int_equal(env.count, 3);
	assert_string_equal(envlist_get(&env, "A"), "1");
	assert_string_equal(envlist_get(&env, "B"), "");
	assert_string_equal(envlist_get(&env, "TERM"), "xterm");
	envlist_free(&env);
	close(dir);
}

/*
 * Real processes.
 */

static const char *const shells[] = {
	"/bin/bash", "/bin/dash", "/bin/zsh", "/usr/bin/fish", "/usr/bin/tcsh", "/bin/ksh93", "/bin/mksh", "/usr/bin/yash",
	"/bin/busybox", /* the last: it wants to be called ash */
};

/* Starts FILE as sshd does, with the environment of GOOD but for SHELL; it reads from a pipe, and so waits. */
static pid_t
start(const char *file, char *const argv[], const char *shell, int *pipe_end)
{
	static char entry[128];
	static const char *const env[] = { "LANG=C", "USER=u", "LOGNAME=u", "HOME=/tmp", "PATH=/usr/bin:/bin", entry,
		                           "TERM=xterm", "HOLDFAST_TICKET=" TICKET, "SSH_CONNECTION=1",
		                           "SSH_TTY=/dev/pts/1", NULL };
	posix_spawn_file_actions_t actions;
	int pair[2];
	pid_t pid;

	snprintf(entry, sizeof entry, "SHELL=%s", shell);
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[0], 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawn(&pid, file, &actions, NULL, argv, (char *const *)env), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[0]);
	*pipe_end = pair[1];
	return pid;
}

static void
end(pid_t pid, int pipe_end)
{
	kill(pid, SIGKILL);
	close(pipe_end);
	waitpid(pid, NULL, 0);
}

static int
check_pid(pid_t pid, const char *shell, const char **why)
{
	int dir = procstat_open(pid), rc;

	assert_true(dir >= 0);
	rc = loginshell_check(dir, &(struct loginshell){ shell, TICKET }, why);
	close(dir);
	return rc;
}

/* Until the process has executed what has that argv[0]. */
static void
wait_for(pid_t pid, const char *argv0)
{
	char words[256];
	int dir = procstat_open(pid);
	struct procstat s;

	assert_true(dir >= 0);
	do {
		usleep(1000);
		memset(words, 0, sizeof words);
		assert_true(procfile_read(dir, "cmdline", words, sizeof words) >= 0);
		assert_int_equal(procstat_read_at(dir, &s), 0);
		assert_true(s.state != 'Z');
	} while (strcmp(words, argv0) != 0);
	close(dir);
}

static void
shells_as_sshd_starts_them(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < sizeof shells / sizeof *shells; i++) {
		char name[64], *argv[] = { name, NULL };
		const char *why;
		int end_of_pipe;
		pid_t pid;

		if (access(shells[i], X_OK))
			continue;
		snprintf(name, sizeof name, "-%s", strrchr(shells[i], '/') + 1);
		pid = start(shells[i], argv, shells[i], &end_of_pipe);
		wait_for(pid, name);
		if (check_pid(pid, shells[i], &why))
			fail_msg("%s: %s", shells[i], why);
		end(pid, end_of_pipe);
	}
}

static void
shells_leave_traces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		bool busybox = strcmp(shells[i], "/bin/busybox") == 0;
		char option[] = "-c", command[] = "exec sleep 9", name[64];
		char *argv[] = { name, option, command, NULL };
		const char *why = "";
		int end_of_pipe;
		pid_t pid;

		if (access(shells[i], X_OK))
			continue;
		snprintf(name, sizeof name, "%s", busybox ? "ash" : strrchr(shells[i], '/') + 1);
		pid = start(shells[i], argv, "/bin/sleep", &end_of_pipe);
		wait_for(pid, "sleep");
		assert_int_equal(check_pid(pid, "/bin/sleep", &why), -ENOEXEC);
		if (!strstr(why, "in the shell's environment"))
			fail_msg("%s: %s", shells[i], why);
		end(pid, end_of_pipe);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_sshd_makes_it, setup, teardown),
		cmocka_unit_test_setup_teardown(other_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(another_file, setup, teardown),
		cmocka_unit_test_setup_teardown(traces_of_another_shell, setup, teardown),
		cmocka_unit_test_setup_teardown(another_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much, setup, teardown),
		cmocka_unit_test_setup_teardown(the_initial_environment, setup, teardown),
		cmocka_unit_test(shells_as_sshd_starts_them),
		cmocka_unit_test(shells_leave_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
