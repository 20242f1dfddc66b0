/* SPDX-License-Identifier: MIT */
/* What differs from system to system: the same is expected of NAME_linux.c and NAME_posix.c. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "wakeup.h"
#include "newfd.h"
#include "pidwait.h"
#include "pollset.h"
#include "secretmem.h"
#include "sigwatch.h"
#include "tcptune.h"

static bool
is_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && p.revents & POLLIN;
}

static void
expect_flags(int fd, bool nonblocking)
{
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(!!(fcntl(fd, F_GETFL) & O_NONBLOCK), nonblocking);
}

static void
new_descriptors_have_their_flags(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int pair[2], listener, from, to;

	(void)state;
	assert_int_equal(newfd_pair(pair), 0);
	expect_flags(pair[0], false);
	expect_flags(pair[1], false);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(newfd_pipe(pair), 0);
	expect_flags(pair[0], false);
	expect_flags(pair[1], false);
	close(pair[0]);
	close(pair[1]);
	listener = newfd_socket(AF_INET, SOCK_STREAM, true);
	expect_flags(listener, true);
	assert_int_equal(newfd_accept(listener), -1);
	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
	from = newfd_socket(AF_INET, SOCK_STREAM, false);
	expect_flags(from, false);
	tcptune_user_timeout(from, 1000);
	tcptune_keepalive(from, 10, 10, 3);
	assert_int_equal(connect(from, (struct sockaddr *)&a, sizeof a), 0);
	assert_true(is_readable(listener, 5000));
	to = newfd_accept(listener);
	expect_flags(to, true);
	assert_int_equal(newfd_accept(listener), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(tcptune_interface(from, "no-such-interface") < 0);
	close(from);
	close(to);
	close(listener);
}

#ifdef TCP_QUICKACK

/* Whether FD would acknowledge at once: tcp(7). */
static bool
acknowledges(int fd)
{
	int value = -1;
	socklen_t len = sizeof value;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &value, &len), 0);
	return value != 0;
}

/* After words to and fro it does no more by itself. */
static void
acknowledges_when_asked(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), from, to;
	char c;

	(void)state;
	if (getenv("HOLDFAST_POSIX_ONLY") && strcmp(getenv("HOLDFAST_POSIX_ONLY"), "yes") == 0)
		skip(); /* tcptune_posix.c asks for nothing */
	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
	from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(from, (struct sockaddr *)&a, sizeof a), 0);
	to = accept(listener, NULL, NULL);
	for (int i = 0; i < 50 && acknowledges(from); i++) {
		assert_int_equal(write(to, "x", 1), 1);
		assert_int_equal(read(from, &c, 1), 1);
		assert_int_equal(write(from, "y", 1), 1);
		assert_int_equal(read(to, &c, 1), 1);
	}
	assert_false(acknowledges(from));
	tcptune_acknowledge(from);
	assert_true(acknowledges(from));
	close(from);
	close(to);
	close(listener);
}

#else

static void
acknowledges_when_asked(void **state)
{
	(void)state;
	skip();
}

#endif

static void
a_terminal_opens_once_more(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, again;

	(void)state;
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	again = newfd_again(slave, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	expect_flags(again, true);
	assert_false(fcntl(slave, F_GETFL) & O_NONBLOCK);
	assert_int_equal(write(master, "x\n", 2), 2);
	assert_true(is_readable(again, 5000));
	assert_int_equal(newfd_again(-1, O_RDONLY), -1);
	close(again);
	close(slave);
	close(master);
}

static void
an_event_is_there_until_it_is_taken(void **state)
{
	struct wakeup e;

	(void)state;
	assert_int_equal(wakeup_open(&e), 0);
	expect_flags(e.fd, true);
	assert_false(is_readable(e.fd, 0));
	wakeup_take(&e);
	/* More than a pipe holds. */
	for (int i = 0; i < 200000; i++)
		wakeup_put(&e);
	assert_true(is_readable(e.fd, 0));
	wakeup_take(&e);
	assert_false(is_readable(e.fd, 0));
	wakeup_close(&e);
	assert_int_equal(e.fd, -1);
	wakeup_close(&e);
}

static void
signals_are_told(void **state)
{
	static const int watched[] = { SIGUSR1, SIGUSR2, SIGWINCH };
	int fd;

	(void)state;
	signal(SIGUSR2, SIG_IGN);
	fd = sigwatch_open(watched, sizeof watched / sizeof *watched);
	expect_flags(fd, true);
	assert_int_equal(sigwatch_next(fd), 0);
	assert_int_equal(raise(SIGUSR2), 0);
	assert_false(is_readable(fd, 50));
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	assert_true(is_readable(fd, 5000));
	assert_int_equal(sigwatch_next(fd), SIGUSR1);
	assert_int_equal(sigwatch_next(fd), 0);
	assert_int_equal(kill(getpid(), SIGWINCH), 0);
	assert_true(is_readable(fd, 5000));
	assert_int_equal(sigwatch_next(fd), SIGWINCH);
	sigwatch_close(fd);
	sigwatch_close(-1);
}

static void
a_child_is_waited_for(void **state)
{
	uint64_t begin = clock_now_ms();
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		usleep(50000);
		_exit(7);
	}
	assert_true(pid > 0);
	pidwait(pid, 10000);
	assert_in_range(clock_now_ms() - begin, 45, 9000);
	begin = clock_now_ms();
	pidwait(getppid(), 1); /* no child: no wait either */
	assert_int_equal(kill(pid, 0), 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), pid);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	begin = clock_now_ms();
	pidwait(pid, 50);
	assert_in_range(clock_now_ms() - begin, 45, 9000);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
secrets_are_wiped(void **state)
{
	unsigned char *p = secretmem_new(4096), other[64], zero[64] = { 0 };

	(void)state;
	if (!p)
		skip(); /* RLIMIT_MEMLOCK */
	assert_memory_equal(p, zero, sizeof zero);
	assert_int_equal(secretmem_random(p, 64), 0);
	assert_int_equal(secretmem_random(other, 64), 0);
	assert_memory_not_equal(p, other, 64);
	secretmem_wipe(p, 64);
	assert_memory_equal(p, zero, 64);
	secretmem_free(p, 4096);
	secretmem_free(NULL, 4096);
}

/* What the set tells within a second: all of one object. */
static unsigned
told(struct pollset *p, const void *object)
{
	struct pollset_event v[8];
	unsigned what = 0;

	for (int turn = 0; is_readable(pollset_fd(p), what ? 50 : 1000); turn++) {
		size_t n = pollset_take(p, v, 8);

		/* Two at most: one for reading and one for writing. */
		assert_true(turn < 3);
		for (size_t i = 0; i < n; i++) {
			assert_ptr_equal(v[i].object, object);
			what |= v[i].what;
		}
	}
	return what;
}

static void
empty(int fd)
{
	char some[100];

	while (read(fd, some, sizeof some) > 0)
		;
	assert_int_equal(errno, EAGAIN);
}

static void
each_event_is_told_once(void **state)
{
	struct pollset *p = pollset_new();
	int pair[2], object;

	(void)state;
	assert_non_null(p);
	assert_int_equal(newfd_pair(pair), 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	assert_int_equal(pollset_add(p, pair[0], POLLSET_READABLE, &object), 0);
	assert_false(is_readable(pollset_fd(p), 50));
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_int_equal(told(p, &object), POLLSET_READABLE);
	/* Nobody has read: nothing is new. */
	assert_false(is_readable(pollset_fd(p), 50));
	empty(pair[0]);
	pollset_again(p, pair[0], POLLSET_READABLE);
	assert_false(is_readable(pollset_fd(p), 50));
	assert_int_equal(write(pair[1], "y", 1), 1);
	assert_int_equal(told(p, &object), POLLSET_READABLE);
	empty(pair[0]);
	pollset_again(p, pair[0], POLLSET_READABLE);
	close(pair[1]);
	assert_true(told(p, &object) & POLLSET_READABLE);
	pollset_remove(p, pair[0]);
	close(pair[0]);
	assert_false(is_readable(pollset_fd(p), 50));
	pollset_free(p);
}

static void
writing_is_told_when_there_is_room(void **state)
{
	struct pollset *p = pollset_new();
	int pair[2], object;
	char some[4096] = { 0 };

	(void)state;
	assert_int_equal(newfd_pair(pair), 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	assert_int_equal(pollset_add(p, pair[0], POLLSET_READABLE | POLLSET_WRITABLE, &object), 0);
	assert_int_equal(told(p, &object), POLLSET_WRITABLE);
	while (write(pair[0], some, sizeof some) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	pollset_again(p, pair[0], POLLSET_WRITABLE);
	assert_false(is_readable(pollset_fd(p), 50));
	empty(pair[1]);
	assert_int_equal(told(p, &object), POLLSET_WRITABLE);
	pollset_free(p);
	close(pair[0]);
	close(pair[1]);
	pollset_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_descriptors_have_their_flags),
		cmocka_unit_test(acknowledges_when_asked),
		cmocka_unit_test(a_terminal_opens_once_more),
		cmocka_unit_test(an_event_is_there_until_it_is_taken),
		cmocka_unit_test(signals_are_told),
		cmocka_unit_test(a_child_is_waited_for),
		cmocka_unit_test(secrets_are_wiped),
		cmocka_unit_test(each_event_is_told_once),
		cmocka_unit_test(writing_is_told_when_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
