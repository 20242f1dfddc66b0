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
	assert_true(utmprec_exists());
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

/* sshd's entry of the login in pts/PTS, as it makes it. */
static void
sshd_enters(unsigned pts, pid_t pid, const char *user, const char *host)
{
	struct utmpx u;
	char name[16];

	snprintf(name, sizeof name, "/dev/pts/%u", pts);
	fill(&u, USER_PROCESS, name, pid);
	put(u.ut_user, sizeof u.ut_user, user);
	put(u.ut_host, sizeof u.ut_host, host);
	setutxent();
	assert_non_null(pututxline(&u));
	endutxent();
}

/* The entries that who(1) shows: "user line host pid", one a line. */
static const char *
shown(void)
{
	static char text[1024];
	const struct utmpx *u;
	size_t len = 0;

	text[0] = '\0';
	setutxent();
	while ((u = getutxent()))
		if (u->ut_type == USER_PROCESS && u->ut_user[0])
			len += (size_t)snprintf(text + len, sizeof text - len, "%.32s %.32s %.256s %d\n", u->ut_user,
			                        strncmp(u->ut_line, tty, sizeof u->ut_line) == 0 ? "ours" : u->ut_line,
			                        u->ut_host, (int)u->ut_pid);
	endutxent();
	return text;
}

static void
an_entry_is_moved_and_moved_back(void **state)
{
	struct utmprec_moved m;
	char want[64];

	(void)state;
	sshd_enters(3, getpid(), "alice", "client.example");
	sshd_enters(4, 1, "bob", "192.0.2.8");
	assert_true(utmprec_move(tty, getuid(), getpid(), 3, &m));
	snprintf(want, sizeof want, "bob pts/4 192.0.2.8 1\nalice ours client.example %d\n", (int)getpid());
	assert_string_equal(shown(), want);
	/* A second login of the same connection, and one of nobody's, have nothing to move. */
	assert_false(utmprec_move(tty, getuid(), getpid(), 3, &m));
	assert_false(utmprec_move(tty, getuid(), getpid(), 4, &m));
	assert_true(utmprec_move_back(tty, &m));
	snprintf(want, sizeof want, "alice pts/3 client.example %d\nbob pts/4 192.0.2.8 1\n", (int)getpid());
	assert_string_equal(shown(), want);
	/* The place is used again. */
	assert_true(utmprec_move(tty, getuid(), getpid(), 3, &m));
	assert_int_equal(count(utmp), 3);
	assert_int_equal(count(wtmp), 0);
}

/* sshd finds its entry by the line, and ends it; then there is nothing to move back. */
static void
the_login_ends_while_its_entry_is_moved(void **state)
{
	struct utmprec_moved m;
	struct utmpx u;

	(void)state;
	sshd_enters(3, getpid(), "alice", "client.example");
	assert_true(utmprec_move(tty, getuid(), getpid(), 3, &m));
	memset(&u, 0, sizeof u);
	put(u.ut_line, sizeof u.ut_line, "pts/3");
	setutxent();
	assert_non_null(getutxline(&u));
	endutxent();
	fill(&u, DEAD_PROCESS, "/dev/pts/3", getpid());
	setutxent();
	assert_non_null(pututxline(&u));
	endutxent();
	assert_true(utmprec_move_back(tty, &m));
	assert_string_equal(shown(), "");
}

/* Another login has got the terminal, and its entry is nobody's to touch. */
static void
a_later_login_keeps_its_entry(void **state)
{
	struct utmprec_moved m;

	(void)state;
	sshd_enters(3, getpid(), "alice", "client.example");
	assert_true(utmprec_move(tty, getuid(), getpid(), 3, &m));
	sshd_enters(3, 1, "", "192.0.2.9");
	assert_true(utmprec_move_back(tty, &m));
	assert_string_equal(shown(), "");
}

/* Its leader was killed, and the login is gone: whoever comes next takes it out. */
static void
a_left_over_entry_goes(void **state)
{
	struct utmprec_moved m;
	char want[64];
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(0);
	sshd_enters(3, pid, "alice", "client.example");
	assert_true(utmprec_move(tty, getuid(), pid, 3, &m));
	waitpid(pid, &status, 0);
	sshd_enters(4, getpid(), "bob", "192.0.2.8");
	assert_false(utmprec_move("/nonexistent/7", getuid(), getpid(), 4, &m));
	assert_true(utmprec_move(tty, getuid(), getpid(), 4, &m));
	snprintf(want, sizeof want, "bob ours 192.0.2.8 %d\n", (int)getpid());
	assert_string_equal(shown(), want);
}

/* What lies behind the last one that is looked at may be anybody's. */
static void
an_entry_behind_the_last_one_stays(void **state)
{
	struct utmprec_moved m;
	struct utmpx u, now;
	int fd;

	(void)state;
	sshd_enters(3, getpid(), "alice", "client.example");
	fd = open(utmp, O_RDWR);
	assert_true(fd >= 0);
	fill(&u, USER_PROCESS, "/dev/pts/4", 1);
	put(u.ut_user, sizeof u.ut_user, "bob");
	assert_true(put_entry(fd, ENTRIES_MAX, &u));
	assert_false(utmprec_move(tty, getuid(), getpid(), 3, &m));
	assert_true(get_entry(fd, ENTRIES_MAX, &now));
	assert_memory_equal(&now, &u, sizeof u);
	close(fd);
}

/* Of a host that keeps no utmp nothing is made. */
static void
without_utmp_nothing_is_done(void **state)
{
	struct utmprec_moved m = { .user = "alice", .pid = 1, .pts = 3 };

	(void)state;
	unlink(utmp);
	assert_false(utmprec_exists());
	assert_false(utmprec_move(tty, getuid(), getpid(), 3, &m));
	assert_true(utmprec_move_back(tty, &m));
	assert_true(access(utmp, F_OK) < 0);
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
		cmocka_unit_test_setup_teardown(an_entry_is_moved_and_moved_back, setup, teardown),
		cmocka_unit_test_setup_teardown(the_login_ends_while_its_entry_is_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(a_later_login_keeps_its_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(a_left_over_entry_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(an_entry_behind_the_last_one_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(without_utmp_nothing_is_done, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
