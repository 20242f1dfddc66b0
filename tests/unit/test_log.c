/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

/* Standard error goes into a pipe from capture_start to capture_end, which returns what came, in BUF. */
static int capture_pipe[2], capture_saved;

static void
capture_start(void)
{
	assert_int_equal(pipe2(capture_pipe, O_CLOEXEC), 0);
	capture_saved = dup(STDERR_FILENO);
	assert_true(capture_saved >= 0);
	assert_true(dup2(capture_pipe[1], STDERR_FILENO) >= 0);
}

static const char *
capture_end(char *buf, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	dup2(capture_saved, STDERR_FILENO);
	close(capture_saved);
	close(capture_pipe[1]);
	while ((n = read(capture_pipe[0], buf + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	close(capture_pipe[0]);
	buf[len] = '\0';
	return buf;
}

static void
escapes(void **state)
{
	char out[64];

	(void)state;
	log_escape(out, sizeof out, "plain ~text");
	assert_string_equal(out, "plain ~text");
	log_escape(out, sizeof out, "a\nb\x1b[2J\x7f\xc3\xa9\t");
	assert_string_equal(out, "a\\012b\\033[2J\\177\\303\\251\\011");
	log_escape(out, sizeof out, "");
	assert_string_equal(out, "");
}

static void
escape_keeps_within_its_room(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 12; cap++) {
		char *out = malloc(cap + 1);

		assert_non_null(out);
		memset(out, 'x', cap + 1);
		log_escape(out, cap, "ab\ncd");
		assert_int_equal(out[cap], 'x');
		if (cap)
			assert_true(strlen(out) < cap);
		/* A number is whole or not there at all. */
		if (cap > 3 && cap < 7)
			assert_string_equal(out, "ab");
		if (cap == 7)
			assert_string_equal(out, "ab\\012");
		free(out);
	}
}

static void
lines(void **state)
{
	char out[8192];

	(void)state;
	log_open("unit", true);
	capture_start();
	log_line(LOG_DEBUG, "event=%s who=\"%s\"", "test", "a\nforged: line");
	assert_string_equal(capture_end(out, sizeof out), "unit: event=test who=\"a\\012forged: line\"\n");

	capture_start();
	log_errno(LOG_DEBUG, ENOENT, "open %s", "x");
	assert_string_equal(capture_end(out, sizeof out), "unit: lines: open x: No such file or directory\n");
	capture_start();
	errno = EBUSY;
	log_errno(LOG_DEBUG, -ENOENT, "open %s", "x");
	assert_int_equal(errno, EBUSY);
	assert_string_equal(capture_end(out, sizeof out), "unit: lines: open x: No such file or directory\n");
}

static void
long_lines_are_cut(void **state)
{
	char big[4096], out[8192];
	size_t len;

	(void)state;
	memset(big, '\n', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	log_open("unit", true);
	capture_start();
	log_line(LOG_DEBUG, "%s", big);
	capture_end(out, sizeof out);
	len = strlen(out);
	assert_true(len > 1000 && len < 4200);
	assert_ptr_equal(strchr(out, '\n'), out + len - 1);
	capture_start();
	log_errno(LOG_DEBUG, ENOSPC, "%s", big);
	capture_end(out, sizeof out);
	assert_non_null(strstr(out, ": No space left on device\n"));
}

/* Logging is done on the way out of an error: the caller's errno must live through it. */
static void
errno_is_kept(void **state)
{
	int saved = dup(STDERR_FILENO), closed = open("/dev/null", O_RDONLY | O_CLOEXEC), after;

	(void)state;
	assert_true(saved >= 0 && closed >= 0);
	log_open("unit", true);
	dup2(closed, STDERR_FILENO); /* writing to it fails */
	errno = EBUSY;
	log_line(LOG_DEBUG, "x");
	after = errno;
	dup2(saved, STDERR_FILENO);
	assert_int_equal(after, EBUSY);
	close(closed);
	close(saved);
}

static void
silent_on_standard_error(void **state)
{
	char out[64];

	(void)state;
	log_open("unit", false);
	capture_start();
	log_line(LOG_DEBUG, "x");
	assert_string_equal(capture_end(out, sizeof out), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(escape_keeps_within_its_room),
		cmocka_unit_test(lines),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(silent_on_standard_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
