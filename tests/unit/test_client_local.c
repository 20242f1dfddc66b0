/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include "local.h"

static int master, slave;

static int
setup(void **state)
{
	(void)state;
	return openpty(&master, &slave, NULL, NULL, NULL) || local_open(slave) ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	local_cooked();
	close(master);
	close(slave);
	return 0;
}

/* A child that asked a question has read what poll had announced: the client must not wait for the next key. */
static void
test_reading_nothing_does_not_block(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(local_raw(), 0);
	alarm(20); /* else it would hang */
	errno = 0;
	assert_int_equal(local_read(buf, sizeof buf), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(write(master, "keys", 4), 4);
	assert_int_equal(read(slave, buf, 4), 4);
	errno = 0;
	assert_int_equal(local_read(buf, sizeof buf), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(write(master, "more", 4), 4);
	assert_int_equal(local_read(buf, sizeof buf), 4);
	assert_memory_equal(buf, "more", 4);
	alarm(0);
}

static tcflag_t
lflag(void)
{
	struct termios t;

	assert_int_equal(tcgetattr(slave, &t), 0);
	return t.c_lflag;
}

/* A program that asks reads the settings, takes the echo away and puts them back: they may have been lent in between. */
static void
test_lent_again_when_put_back(void **state)
{
	struct termios early, other;

	(void)state;
	assert_int_equal(local_raw(), 0);
	assert_int_equal(tcgetattr(slave, &early), 0);
	assert_true(local_lend(true));
	assert_true(lflag() & ICANON && !(lflag() & ECHO));
	assert_false(local_lend(true));
	early.c_lflag &= ~(tcflag_t)ECHO;
	assert_int_equal(tcsetattr(slave, TCSANOW, &early), 0);
	assert_false(lflag() & ICANON);
	assert_true(local_lend(true));
	assert_true(lflag() & ICANON && !(lflag() & ECHO));

	/* Settings of its own are the child's to choose. */
	assert_int_equal(tcgetattr(slave, &other), 0);
	other.c_lflag &= ~(tcflag_t)ICANON;
	assert_int_equal(tcsetattr(slave, TCSANOW, &other), 0);
	assert_false(local_lend(true));
	assert_false(lflag() & ICANON);
	assert_true(local_lend(false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_nothing_does_not_block),
		cmocka_unit_test(test_lent_again_when_put_back),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
