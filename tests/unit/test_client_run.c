/* SPDX-License-Identifier: MIT */
/* run_end and run_settle: how a session ends for the person at the terminal. */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "local.h"
#include "run_end.h"
#include "run_finish.h"
#include "target_state.h"

static int master, slave, words[2], standard_error;
static struct sshconfig config = { .host = (char[]){ "host" } };
static struct transport_target target = { .config = &config };
static struct options options;
static struct asking asking;
static struct run r;

static int
setup(void **state)
{
	(void)state;
	if (openpty(&master, &slave, NULL, NULL, NULL) != 0 || pipe2(words, O_CLOEXEC | O_NONBLOCK) != 0 || local_open(slave) != 0)
		return -1;
	(void)fcntl(master, F_SETFL, O_NONBLOCK);
	/* What is said to the person goes to standard error. */
	standard_error = dup(2);
	dup2(words[1], 2);
	asking_init(&asking, true, false);
	memset(&r, 0, sizeof r);
	r.o = &options;
	r.target = &target;
	r.config = &config;
	r.asking = &asking;
	local_sink_open(&r.out, slave);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	local_cooked();
	dup2(standard_error, 2);
	close(standard_error);
	local_sink_close(&r.out);
	close(words[0]);
	close(words[1]);
	close(master);
	close(slave);
	return 0;
}

/* What was written to FD up to now. */
static const char *
written(int fd)
{
	static char text[4096];
	ssize_t n = read(fd, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* The same, from the terminal: what was written there may come a moment later. */
static const char *
shown(void)
{
	struct pollfd p = { .fd = master, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 10000), 1);
	return written(master);
}

static bool
is_cooked(void)
{
	struct termios t;

	assert_int_equal(tcgetattr(slave, &t), 0);
	return t.c_lflag & ICANON;
}

/* A handler only says so: the terminal is still the session's. */
static void
handlers_only_ask(void **state)
{
	(void)state;
	assert_int_equal(local_raw(), 0);
	r.stream.attached = true;
	r.stream.session = 3;
	run_leave(&r, 7, "stopped waiting");
	assert_true(r.done);
	assert_false(is_cooked());
	assert_string_equal(written(master), "");
	assert_string_equal(written(words[0]), "");
	/* The first one counts. */
	run_end(&r, 9, "something else");
	assert_int_equal(r.status, 7);
	run_settle(&r);
	assert_true(is_cooked());
	assert_memory_equal(shown(), "\033[?2026l", 8);
	assert_string_equal(written(words[0]),
	                    "holdfast: stopped waiting; session 3 on host goes on: holdfast --session 3 host\n");
	assert_false(r.again);
}

static void
says_nothing_of_a_session_that_never_was(void **state)
{
	(void)state;
	run_leave(&r, 255, "hung up");
	run_settle(&r);
	assert_string_equal(written(words[0]), "holdfast: hung up\n");
	assert_string_equal(written(master), "");
}

/* The program at the other end has put its modes back itself. */
static void
resets_nothing_after_an_exit(void **state)
{
	(void)state;
	assert_int_equal(local_raw(), 0);
	r.stream.attached = r.stream.ended = true;
	r.stream.exit.value = 4;
	run_exit(&r, 1000);
	assert_int_equal(r.status, 4);
	run_exit(&r, 1001);
	assert_true(r.done);
	run_settle(&r);
	assert_true(is_cooked());
	assert_string_equal(written(master), "");
	assert_string_equal(written(words[0]), "");
}

static void
stays_raw_for_another_session(void **state)
{
	(void)state;
	assert_int_equal(local_raw(), 0);
	r.done = r.again = true;
	run_settle(&r);
	assert_false(is_cooked());
	assert_string_equal(written(master), "");
}

/* A picture or a title that is cut off would swallow the last words. */
static void
breaks_off_a_sequence(void **state)
{
	static unsigned char picture[1000] = "\033Pq";
	unsigned char held[HOLDBACK_CAP];
	size_t held_len, now;

	(void)state;
	assert_int_equal(local_raw(), 0);
	memset(picture + 3, '~', sizeof picture - 3);
	local_holdback_feed(&r.held, picture, sizeof picture, held, &held_len, &now);
	run_end(&r, 255, "over");
	run_settle(&r);
	assert_int_equal(shown()[0], '\030');
}

/* With BatchMode nobody is asked, so no new session begins. */
static void
offers_a_new_session(void **state)
{
	(void)state;
	run_end(&r, 255, "session 3 on host has ended");
	r.offer_new = true;
	run_settle(&r);
	assert_int_equal(asking.asked, 1);
	assert_false(r.again);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(handlers_only_ask), CASE(says_nothing_of_a_session_that_never_was), CASE(resets_nothing_after_an_exit),
		CASE(stays_raw_for_another_session), CASE(breaks_off_a_sequence), CASE(offers_a_new_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
