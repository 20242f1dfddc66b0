/* SPDX-License-Identifier: MIT */
/* Titles of processes: within the room of the arguments, as /proc/PID/cmdline shows them. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pstitle.h"

static char name[PSTITLE_CAP]; /* argument 0 of the child that is asked */

/* What /proc/self/cmdline has, without the NULs at its end: its length. */
static size_t
cmdline(char *out, size_t cap)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, out, cap - 1);

	close(fd);
	while (n > 0 && !out[n - 1])
		n--;
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void
must(bool ok, int status)
{
	if (!ok)
		_exit(status);
}

static void
shows(const char *title, int status)
{
	char found[4096];

	must(cmdline(found, sizeof found) == strlen(title) && strcmp(found, title) == 0, status);
}

/* In the child: with room as a keeper has it, and one more argument. */
static void
in_room(int argc, char **argv)
{
	pstitle_begin(argc, argv, false);
	must(strcmp(program_invocation_short_name, "held") == 0, 10);
	must(strcmp(argv[1], "room") == 0, 11);
	/* It works for no session yet. */
	pstitle_program("vim");
	must(strcmp(argv[1], "room") == 0, 12);
	pstitle_session("alice", 3);
	shows("holdfast: alice 3", 13);
	must(strcmp(argv[1], "room") == 0 && strcmp(argv[0], "held") == 0, 14);
	pstitle_program("a program with a long name");
	shows("holdfast: alice 3 (a program with a long name)", 15);
	pstitle_program("vi");
	shows("holdfast: alice 3 (vi)", 16);
	pstitle_program("");
	shows("holdfast: alice 3", 17);
	pstitle_role("painter");
	shows("holdfast: alice 3 [painter]", 18);
	pstitle_program("\033[31m)\n\303\251");
	shows("holdfast: alice 3 (\\033[31m)\\012\\303\\251)", 19);
	pstitle_session("bob\nroot", 0);
	shows("holdfast: bob\\012root", 20);
	must(strcmp(getenv("KEPT"), "as it was") == 0, 21);
}

/* Without room beside the arguments it is cut, and the environment stays. */
static void
in_none(int argc, char **argv)
{
	pstitle_begin(argc, argv, false);
	pstitle_session("alice", 3);
	shows("holdfa", 30); /* "n" and "none" with their NULs are 7 bytes */
	must(strcmp(getenv("KEPT"), "as it was") == 0, 31);
}

static const char *volatile left; /* or the compiler would keep it nowhere */

/* With the environment's room, which has moved away. */
static void
in_environment(int argc, char **argv)
{
	pstitle_begin(argc, argv, true);
	pstitle_session("alice", 3);
	pstitle_role("leader");
	shows("holdfast: alice 3 [leader]", 40);
	/* What setenv(3) takes out of the environment stays in memory. */
	left = getenv("KEPT");
	must(strcmp(left, "as it was") == 0 && setenv("KEPT", "changed", 1) == 0, 41);
	must(strcmp(getenv("KEPT"), "changed") == 0, 42);
}

static void
run(const char *argv0, const char *how)
{
	char *argv[] = { (char *)argv0, (char *)how, NULL }, *env[] = { (char *)"KEPT=as it was", (char *)"MORE=and so on", NULL };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execve("/proc/self/exe", argv, env);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
a_title_stays_within_its_room(void **state)
{
	(void)state;
	pstitle_room(name, "held");
	assert_int_equal(strlen(name), PSTITLE_CAP - 1);
	run(name, "room");
	run("n", "none");
	run("n", "environment");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_title_stays_within_its_room) };

	if (argc == 2 && strcmp(argv[1], "room") == 0)
		in_room(argc, argv);
	else if (argc == 2 && strcmp(argv[1], "none") == 0)
		in_none(argc, argv);
	else if (argc == 2 && strcmp(argv[1], "environment") == 0)
		in_environment(argc, argv);
	else
		return cmocka_run_group_tests(tests, NULL, NULL);
	return 0;
}
