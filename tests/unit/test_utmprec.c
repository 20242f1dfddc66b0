/* SPDX-License-Identifier: MIT */
/* utmp and wtmp in files of the test's own: whose terminal is entered, and whose entry is taken out. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char utmp[64], wtmp[64];
#define UTMP_FILE utmp
#define WTMP_FILE wtmp
#include "utmprec.c"

static char directory[] = "/tmp/test-utmprec-XXXXXX", tty[64];

static void
make(char *path, const char *name)
{
	int fd;

	snprintf(path, 64, "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(strrchr(directory, '-'), "-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	make(wtmp, "wtmp");
	make(utmp, "utmp");
	make(tty, "7");
	return utmpxname(utmp);
}

static int
teardown(void **state)
{
	(void)state;
	unlink(wtmp);
	unlink(utmp);
	unlink(tty);
	return rmdir(directory);
}

static long
count(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (long)(st.st_size / (off_t)sizeof(struct utmpx));
}

static struct utmpx
first(void)
{
	const struct utmpx *u;
	struct utmpx got;

	setutxent();
	u = getutxent();
	assert_non_null(u);
	got = *u;
	endutxent();
	return got;
}

static void
one_comes_and_goes(void **state)
{
	(void)state;
	assert_true(utmprec_login(tty, getuid(), 77, "alice", "192.0.2.7"));
	assert_int_equal(first().ut_type, USER_PROCESS);
	assert_string_equal(first().ut_host, "192.0.2.7");
	utmprec_logout(tty, 77);
	assert_int_equal(first().ut_type, DEAD_PROCESS);
	assert_int_equal(count(utmp), 1);
	assert_int_equal(count(wtmp), 2);
}

static void
a_terminal_of_another_user_is_not_entered(void **state)
{
	(void)state;
	assert_false(utmprec_login(tty, getuid() + 1, 77, "alice", "192.0.2.7"));
	assert_false(utmprec_login("/nonexistent/7", getuid(), 77, "alice", "192.0.2.7"));
	/* A command on pipes has none. */
	assert_false(utmprec_login("", getuid(), 77, "alice", "192.0.2.7"));
	assert_int_equal(count(utmp), 0);
	assert_int_equal(count(wtmp), 0);
}

/* The number of a terminal that was closed is used again, and sshd has entered another login. */
static void
the_entry_of_another_process_stays(void **state)
{
	(void)state;
	assert_true(utmprec_login(tty, getuid(), 77, "alice", "192.0.2.7"));
	assert_true(utmprec_login(tty, getuid(), 78, "bob", "192.0.2.8"));
	utmprec_logout(tty, 77);
	assert_int_equal(first().ut_type, USER_PROCESS);
	assert_string_equal(first().ut_user, "bob");
	assert_int_equal(count(wtmp), 2);
}

/* Whoever may read utmp may lock it, and keep it so. */
static void
a_lock_of_another_process_holds_nobody_up(void **state)
{
	struct flock all = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int ready[2], fd, status;
	uint64_t from;
	struct timespec t;
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(utmp, O_RDONLY);
		if (fcntl(fd, F_SETLK, &all) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	clock_gettime(CLOCK_MONOTONIC, &t);
	from = (uint64_t)t.tv_sec;
	assert_false(utmprec_login(tty, getuid(), 77, "alice", "192.0.2.7"));
	assert_false(utmprec_logout(tty, 77));
	clock_gettime(CLOCK_MONOTONIC, &t);
	assert_true((uint64_t)t.tv_sec - from < 8);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(ready[0]);
	close(ready[1]);
	assert_int_equal(count(utmp), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_comes_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_terminal_of_another_user_is_not_entered, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lock_of_another_process_holds_nobody_up, setup, teardown),
		cmocka_unit_test_setup_teardown(the_entry_of_another_process_stays, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
