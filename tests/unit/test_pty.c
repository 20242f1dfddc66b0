/* SPDX-License-Identifier: MIT */
/* What server/keeper/framed/ stands on of this kernel's pseudo terminals, for TTY and TAKEN (docs/ARCHITECTURE.md). */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ROUNDS 2000

static int master, slave;

static int
begin(void **state)
{
	struct termios t;

	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || tcgetattr(slave, &t) < 0)
		return -1;
	t.c_lflag |= ICANON | ECHO;
	return tcsetattr(slave, TCSANOW, &t);
}

static int
end(void **state)
{
	(void)state;
	close(slave);
	close(master);
	return 0;
}

static void
set_raw(void)
{
	struct termios t;

	assert_int_equal(tcgetattr(slave, &t), 0);
	cfmakeraw(&t);
	assert_int_equal(tcsetattr(slave, TCSANOW, &t), 0);
	/* The master's say the same. */
	assert_int_equal(tcgetattr(master, &t), 0);
	assert_int_equal(t.c_lflag & (ICANON | ECHO), 0);
}

static void
type(const char *keys)
{
	assert_int_equal(write(master, keys, strlen(keys)), strlen(keys));
}

static bool
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static int
unread(int fd)
{
	int n = -1;

	assert_int_equal(ioctl(fd, FIONREAD, &n), 0);
	return n;
}

/* Reads all that there is: how much. */
static size_t
drain(char *to, size_t cap)
{
	size_t len = 0;

	while (readable(master)) {
		ssize_t n = read(master, to + len, cap - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	return len;
}

/* One poll of both, first the slave: the echo is there, each time; all of it when there is nothing left to read. */
static void
a_poll_of_the_slave_makes_the_echo_be_there(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct pollfd p[2] = { { .fd = slave, .events = POLLIN }, { .fd = master, .events = POLLIN } };
		char c[8];

		type(i % 2 ? "\177" : "a");
		assert_int_equal(poll(p, 2, 0), 1);
		assert_true(!p[0].revents && (p[1].revents & POLLIN));
		/* An erased character: backspace, space, backspace. */
		assert_int_equal(drain(c, sizeof c), i % 2 ? 3 : 1);
	}
}

static void
what_was_not_read_is_counted_after_a_poll(void **state)
{
	char c[8];

	(void)state;
	set_raw();
	for (int i = 0; i < ROUNDS; i++) {
		type("ab");
		assert_true(readable(slave));
		assert_int_equal(unread(slave), 2);
		assert_int_equal(read(slave, c, 1), 1);
		assert_int_equal(unread(slave), 1);
		assert_int_equal(read(slave, c, 1), 1);
		assert_int_equal(unread(slave), 0);
	}
}

static void
in_canonical_mode_only_lines_count(void **state)
{
	(void)state;
	type("abc");
	assert_false(readable(slave));
	assert_int_equal(unread(slave), 0);
	type("\n");
	assert_true(readable(slave));
	assert_int_equal(unread(slave), 4);
	/* What an interrupt throws away is not unread. */
	type("d\n\003");
	for (int i = 0; i < 1000 && unread(slave); i++)
		poll(NULL, 0, 1);
	assert_int_equal(unread(slave), 0);
}

/* Where an echo finds no room, the kernel keeps it until the program writes again; then there is much to read. */
static void
a_full_pty_may_keep_an_echo_back(void **state)
{
	static char text[65536];
	unsigned seen = 0;

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	while (write(slave, text, sizeof text) > 0)
		;
	type("Z");
	assert_false(readable(slave));
	assert_true(readable(master));
	for (int i = 0; i < 10000 && unread(master) <= 2048; i++)
		poll(NULL, 0, 1);
	assert_true(unread(master) > 2048);
	for (int round = 0; round < 2; round++) {
		ssize_t n = 0;

		while (readable(master) && (n = read(master, text, sizeof text)) > 0)
			seen += memchr(text, 'Z', (size_t)n) != NULL;
		assert_true(n > 0);
		assert_int_equal(write(slave, "y", 1), 1);
	}
	assert_int_equal(seen, 1);
}

/* By the descriptor's link in /proc, and by whatever descriptor the program reads. */
/* The kernel keeps the echo back until the terminal is started again. */
static void
a_stopped_terminal_takes_no_output(void **state)
{
	struct pollfd p[2] = { { .fd = slave, .events = POLLIN | POLLOUT }, { .fd = master, .events = POLLIN } };

	(void)state;
	assert_int_equal(poll(p, 2, 0), 1);
	assert_int_equal(p[0].revents, POLLOUT);
	type("\023abc");
	assert_int_equal(poll(p, 2, 0), 0);
	type("\021");
	assert_int_equal(poll(p, 1, 0), 1);
	assert_int_equal(p[0].revents, POLLOUT);
	assert_int_equal(poll(p + 1, 1, 10000), 1);
}

static void
a_read_is_told_by_inotify(void **state)
{
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char path[32], events[512], c[8];
	pid_t child;

	(void)state;
	assert_true(watch >= 0);
	set_raw();
	snprintf(path, sizeof path, "/proc/self/fd/%d", slave);
	assert_true(inotify_add_watch(watch, path, IN_ACCESS) >= 0);
	type("a");
	assert_true(readable(slave));
	assert_false(readable(watch));
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		int fd = open(ptsname(master), O_RDWR | O_NOCTTY);

		_exit(read(fd, c, 1) != 1);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(readable(watch));
	assert_int_equal(unread(slave), 0);
	/* Events that are not read do not pile up: a second read is told by the same one. */
	type("bc");
	assert_int_equal(read(slave, c, 1), 1);
	assert_int_equal(read(slave, c, 1), 1);
	assert_int_equal(read(watch, events, sizeof events), sizeof(struct inotify_event));
	close(watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_poll_of_the_slave_makes_the_echo_be_there, begin, end),
		cmocka_unit_test_setup_teardown(what_was_not_read_is_counted_after_a_poll, begin, end),
		cmocka_unit_test_setup_teardown(a_stopped_terminal_takes_no_output, begin, end),
		cmocka_unit_test_setup_teardown(in_canonical_mode_only_lines_count, begin, end),
		cmocka_unit_test_setup_teardown(a_full_pty_may_keep_an_echo_back, begin, end),
		cmocka_unit_test_setup_teardown(a_read_is_told_by_inotify, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
