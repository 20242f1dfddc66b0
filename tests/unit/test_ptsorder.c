/* SPDX-License-Identifier: MIT */
/* Which terminal who(1) finds for a login: the user's earliest one that was made or changed after the login began. */
#include "unit.h"

#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GUESSED_MS 300
#include "ptsorder.c"

static int login_master, login_slave, held_master, held_slave;
static char login_tty[32], held_tty[32];

static void
make(int *master, int *slave, char name[32])
{
	assert_int_equal(openpty(master, slave, name, NULL, NULL), 0);
}

static int
setup(void **state)
{
	(void)state;
	make(&held_master, &held_slave, held_tty);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(login_master);
	close(login_slave);
	close(held_master);
	close(held_slave);
	return 0;
}

static struct timespec
changed(const char *tty)
{
	struct stat st;

	assert_int_equal(stat(tty, &st), 0);
	return st.st_ctim;
}

static bool
is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

/* The clock that files have. */
static struct timespec
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	return t;
}

/* As who(1) does it, of our two terminals. */
static const char *
guess(struct timespec begin)
{
	const char *best = NULL;
	struct timespec best_time = { 0 };
	const char *const ttys[] = { login_tty, held_tty };

	for (size_t i = 0; i < 2; i++) {
		struct timespec t = changed(ttys[i]);

		if (!is_before(t, begin) && (!best || is_before(t, best_time))) {
			best = ttys[i];
			best_time = t;
		}
	}
	return best && best_time.tv_sec < begin.tv_sec + 5 ? best : "";
}

/* The session is older than the login, which sshd begins and then makes a terminal for. */
static struct timespec
log_in(void)
{
	struct timespec begin;

	usleep(10000);
	begin = now();
	make(&login_master, &login_slave, login_tty);
	/* as sshd does, and here so that the time does not depend on the system's rounding */
	assert_int_equal(chown(login_tty, getuid(), (gid_t)-1), 0);
	assert_string_equal(guess(begin), login_tty);
	return begin;
}

static void
the_session_is_found_while_it_is_attached(void **state)
{
	struct timespec begin = log_in();
	struct stat before, after;

	(void)state;
	assert_int_equal(stat(held_tty, &before), 0);
	ptsorder_first(held_tty, login_tty, getuid());
	assert_string_equal(guess(begin), held_tty);
	assert_true(is_before(changed(held_tty), changed(login_tty)));
	assert_int_equal(stat(held_tty, &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	ptsorder_last(held_tty, getuid());
	assert_string_equal(guess(begin), login_tty);
}

/* A session that the login has started is younger than the login's terminal. */
static void
so_is_a_new_session(void **state)
{
	struct timespec begin = log_in();

	(void)state;
	usleep(10000);
	assert_int_equal(chown(held_tty, getuid(), (gid_t)-1), 0);
	ptsorder_first(held_tty, login_tty, getuid());
	assert_string_equal(guess(begin), held_tty);
}

static void
a_login_without_a_terminal_has_the_sessions(void **state)
{
	struct timespec begin;

	(void)state;
	usleep(10000);
	begin = now();
	strcpy(login_tty, held_tty);
	ptsorder_first(held_tty, NULL, getuid());
	assert_string_equal(guess(begin), held_tty);
	login_master = login_slave = -1;
}

static void
terminals_of_others_stay(void **state)
{
	struct timespec begin = log_in(), held = changed(held_tty), login = changed(login_tty);

	(void)state;
	usleep(10000);
	ptsorder_first(held_tty, login_tty, getuid() + 1);
	ptsorder_first(held_tty, NULL, getuid() + 1);
	ptsorder_first("", login_tty, getuid());
	ptsorder_first(held_tty, "/dev/pts/4294967295", getuid());
	ptsorder_first(held_tty, held_tty, getuid());
	ptsorder_first("/dev/null", login_tty, getuid() + 1);
	ptsorder_last(held_tty, getuid() + 1);
	assert_int_equal(changed(held_tty).tv_nsec, held.tv_nsec);
	assert_int_equal(changed(login_tty).tv_nsec, login.tv_nsec);
	assert_string_equal(guess(begin), login_tty);
}

/* who(1) does not look at changes later than five seconds after the login: its own terminal is all that it can find. */
static void
an_old_login_keeps_its_terminal(void **state)
{
	struct timespec begin = log_in();

	(void)state;
	usleep((GUESSED_MS + 20) * 1000);
	ptsorder_first(held_tty, login_tty, getuid());
	assert_string_equal(guess(begin), login_tty);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_session_is_found_while_it_is_attached),
		CASE(so_is_a_new_session),
		CASE(a_login_without_a_terminal_has_the_sessions),
		CASE(terminals_of_others_stay),
		CASE(an_old_login_keeps_its_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
