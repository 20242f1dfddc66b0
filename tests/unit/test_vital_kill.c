/* SPDX-License-Identifier: MIT */
/* A keeper that is killed between any two instructions loses no byte, and doubles none, in either direction. */
#include "vital_world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define KILLS 60

struct world {
	int memory, master, slave, ready[2];
	uint64_t printed, typed; /* by the program, which is the test; that it has read */
};

static void
world_open(struct world *w)
{
	struct termios raw;
	const char *path;

	*w = (struct world){ .memory = memory_new(false) };
	w->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(w->master >= 0 && grantpt(w->master) == 0 && unlockpt(w->master) == 0);
	path = ptsname(w->master);
	w->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(w->slave >= 0 && tcgetattr(w->slave, &raw) == 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(w->slave, TCSANOW, &raw), 0);
	assert_int_equal(fcntl(w->master, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	assert_int_equal(pipe(w->ready), 0);
}

static void
world_close(struct world *w)
{
	close(w->memory);
	close(w->master);
	close(w->slave);
	close(w->ready[0]);
	close(w->ready[1]);
}

/* Byte N of either direction. */
static unsigned char
byte_at(uint64_t n)
{
	return (unsigned char)(n * 31 + (n >> 8));
}

/* The keeper: moves bytes both ways as source_pty.c and input.c do, until it is killed. */
static void __attribute__((noreturn))
be_keeper(struct world *w)
{
	static struct streams t;
	unsigned char some[300];
	struct vital v;
	struct ring r;
	struct stream *s;
	int io = open("/proc/self/io", O_RDONLY | O_CLOEXEC);

	if (vital_open(&v, w->memory, false, RING, true) || vital_calibrate(&v, io) || vital_ring(&v, 0, &r))
		_exit(3);
	vital_streams(&v, &t);
	s = streams_begin(&t, name);
	vital_next(&v);
	vital_commit(&v);
	if (fd_write(w->ready[1], "", 1) != 1)
		_exit(4);
	for (unsigned turn = 0;; turn++) {
		const unsigned char *p;
		size_t len = 1 + turn * 7 % sizeof some;
		ssize_t n;

		vital_intend(&v, VITAL_OUTPUT, 0, r.head);
		n = fd_read(w->master, ring_space(&r), 4096);
		if (n > 0)
			ring_advance(&r, (size_t)n);
		vital_done(&v);
		for (size_t i = 0; i < len; i++)
			some[i] = byte_at(s->input + i);
		stream_take(s, s->input, some, len, false);
		while ((len = stream_waiting(s, &p)) > 0) {
			vital_intend(&v, VITAL_INPUT, 0, s->fed);
			n = fd_write(w->master, p, len);
			if (n > 0)
				stream_used(s, (size_t)n);
			vital_done(&v);
			if (n <= 0)
				break;
		}
	}
}

/* The program: prints, and reads what was typed, which must be as it was sent. */
static void
program_turn(struct world *w)
{
	unsigned char buf[8192];
	size_t len = 1 + (size_t)rand() % 700;
	ssize_t n;

	for (size_t i = 0; i < len; i++)
		buf[i] = byte_at(w->printed + i);
	n = write(w->slave, buf, len);
	w->printed += n > 0 ? (uint64_t)n : 0;
	while ((n = read(w->slave, buf, sizeof buf)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(buf[i], byte_at(w->typed + (uint64_t)i));
		w->typed += (uint64_t)n;
	}
}

static uint64_t
number_behind(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	assert_non_null(p);
	return strtoull(p + strlen(key), NULL, 10);
}

/* Kills the keeper; the kernel's sums for it, as the leader reads them. */
static void
kill_keeper(pid_t pid, uint64_t *rchar, uint64_t *wchar)
{
	char path[64], text[512];
	siginfo_t si;
	ssize_t n;
	int fd;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT), 0);
	assert_int_equal(si.si_code, CLD_KILLED);
	snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof text - 1);
	assert_true(n > 0);
	text[n] = '\0';
	close(fd);
	*rchar = number_behind(text, "rchar: ");
	*wchar = number_behind(text, "wchar: ");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The next keeper, in the test's process: all bytes are there, once. */
static void
be_next_keeper(struct world *w, uint64_t rchar, uint64_t wchar)
{
	static struct streams t;
	struct vital v;
	struct stream *s;
	struct ring r;
	ssize_t n;

	memset(&t, 0, sizeof t);
	assert_int_equal(vital_open(&v, memory_again(w->memory), false, RING, false), 0);
	assert_true(vital_settle(&v, rchar, wchar));
	assert_int_equal(vital_check(&v), 0);
	assert_int_equal(vital_ring(&v, 0, &r), 0);
	vital_streams(&v, &t);
	s = streams_find(&t, name);
	assert_non_null(s);
	while ((n = read(w->master, ring_space(&r), 4096)) > 0)
		ring_advance(&r, (size_t)n);
	assert_int_equal(r.head, w->printed);
	for (uint64_t at = ring_oldest(&r); at < r.head; at++)
		assert_int_equal(*ring_at(&r, at), byte_at(at));
	while (stream_waits(s)) {
		const unsigned char *p;
		size_t len = stream_waiting(s, &p);

		n = write(w->master, p, len);
		stream_used(s, n > 0 ? (size_t)n : 0);
		while ((n = read(w->slave, (unsigned char[64]){ 0 }, 64)) > 0)
			w->typed += (uint64_t)n;
	}
	while ((n = read(w->slave, (unsigned char[64]){ 0 }, 64)) > 0)
		w->typed += (uint64_t)n;
	assert_int_equal(w->typed, s->input);
	ring_close(&r);
	streams_drop_input(&t);
	vital_close(&v);
}

static void
a_killed_keeper_loses_and_doubles_nothing(void **state)
{
	(void)state;
	srand(7);
	for (unsigned round = 0; round < KILLS; round++) {
		unsigned turns = (unsigned)rand() % 400;
		uint64_t rchar, wchar;
		struct world w;
		pid_t pid;
		char c;

		world_open(&w);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			be_keeper(&w);
		assert_int_equal(read(w.ready[0], &c, 1), 1);
		for (unsigned i = 0; i < turns; i++)
			program_turn(&w);
		kill_keeper(pid, &rchar, &wchar);
		be_next_keeper(&w, rchar, wchar);
		world_close(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_keeper_loses_and_doubles_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
