/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procstat.h"

static void
oneself(void **state)
{
	struct procstat s, again;

	(void)state;
	assert_int_equal(procstat_read(getpid(), &s), 0);
	assert_int_equal(s.ppid, getppid());
	assert_int_equal(s.pgrp, getpgrp());
	assert_int_equal(s.session, getsid(0));
	assert_int_equal(s.state, 'R');
	assert_true(s.start > 0);
	assert_int_equal(procstat_read(getpid(), &again), 0);
	assert_true(s.start == again.start);
}

/* A name may look like the fields behind it. */
static void
names_with_parentheses(void **state)
{
	static const char *const names[] = { "a) R 1 (b", "))) R 99", "((", ") (", "" };
	struct procstat s;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(prctl(PR_SET_NAME, names[i]), 0);
		assert_int_equal(procstat_read(getpid(), &s), 0);
		assert_string_equal(s.comm, names[i]);
		assert_int_equal(s.ppid, getppid());
	}
}

static void
nobody_there(void **state)
{
	struct procstat s = { .ppid = 77 };

	(void)state;
	assert_int_equal(procstat_open(0), -ENOENT);
	assert_int_equal(procstat_open(-1), -ENOENT);
	assert_int_equal(procstat_read(0x7fffffff, &s), -ENOENT);
	assert_int_equal(s.ppid, 77);
}

/* The descriptor belongs to the process, not to its number. */
static void
gone_between(void **state)
{
	struct procstat s;
	int gate[2], dir;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char c;

		close(gate[1]);
		_exit(read(gate[0], &c, 1) != 0);
	}
	dir = procstat_open(pid);
	assert_true(dir >= 0);
	assert_int_equal(fcntl(dir, F_GETFD), FD_CLOEXEC);
	assert_int_equal(procstat_read_at(dir, &s), 0);
	assert_int_equal(s.ppid, getpid());
	close(gate[0]);
	close(gate[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(procstat_read_at(dir, &s), -ESRCH);
	close(dir);
}

/* Reads TEXT as a process' stat. */
static int
read_text(const char *text, size_t len, struct procstat *s)
{
	char dir[] = "procstat.XXXXXX";
	int fd, file, rc;

	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	file = openat(fd, "stat", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, len), len);
	close(file);
	rc = procstat_read_at(fd, s);
	unlinkat(fd, "stat", 0);
	close(fd);
	rmdir(dir);
	return rc;
}

#define MIDDLE " 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "

static void
made_up_texts(void **state)
{
	static const struct { const char *text; int wanted; } cases[] = {
		{ "7 (sh) S 1 7 7 34816 9" MIDDLE "4711 0 0\n", 0 },
		{ "7 (sh) S 1 7 7 34816 -1" MIDDLE "4711", 0 },
		{ "7 (sh) S 1 7 7 -34816 -1" MIDDLE "4711\n", 0 },
		{ "7 (sh) S 1 7 7 34816 9" MIDDLE "47x 0 0\n", -EBADMSG },
		{ "7 (sh) S 1 7 7 34816 9" MIDDLE "-1 0 0\n", -EBADMSG },
		{ "7 (sh) S 1 7 7 34816 9" MIDDLE "99999999999999999999999 0\n", -EBADMSG },
		{ "7 (sh) S 1 7 7 34816 9" MIDDLE, -EBADMSG },
		{ "7 (sh) S 1 7 7 34816 9 4194560", -EBADMSG },
		{ "7 (sh) S 99999999999 7 7 34816 9" MIDDLE "4711 0 0\n", -EBADMSG },
		{ "7 (sh) S -1 7 7 34816 9" MIDDLE "4711 0 0\n", -EBADMSG },
		{ "7 (sh) S x 7 7 34816 9" MIDDLE "4711 0 0\n", -EBADMSG },
		{ "7 (sh) S", -EBADMSG },
		{ "7 (sh) ", -EBADMSG },
		{ "7 (sh)", -EBADMSG },
		{ "7 (sh", -EBADMSG },
		{ ")7 (", -EBADMSG },
		{ "", -EBADMSG },
		{ "7 (12345678901234567890123456789012345678901234567890123456789012345) S 1 7 7 1 9" MIDDLE "1\n",
		  -EBADMSG },
	};
	struct procstat s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (read_text(cases[i].text, strlen(cases[i].text), &s) != cases[i].wanted)
			fail_msg("%s", cases[i].text);
	assert_int_equal(read_text(cases[0].text, strlen(cases[0].text), &s), 0);
	assert_string_equal(s.comm, "sh");
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.tty_nr, 34816);
	assert_int_equal(s.tpgid, 9);
	assert_int_equal(s.start, 4711);
}

static void
too_much_or_nul(void **state)
{
	static const char nul[] = "7 (s\0h) S 1 7 7 34816 9" MIDDLE "4711 0 0\n";
	char big[5000];
	struct procstat s;

	(void)state;
	assert_int_equal(read_text(nul, sizeof nul - 1, &s), -EBADMSG);
	memset(big, ' ', sizeof big);
	memcpy(big, "7 (sh) S 1 7 7 1 9" MIDDLE "4711", strlen("7 (sh) S 1 7 7 1 9" MIDDLE "4711"));
	assert_int_equal(read_text(big, sizeof big, &s), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oneself),
		cmocka_unit_test(names_with_parentheses),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(gone_between),
		cmocka_unit_test(made_up_texts),
		cmocka_unit_test(too_much_or_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
