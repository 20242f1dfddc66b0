/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "local_sink.h"

static int ends[2]; /* of a pipe: reader, writer */
static struct local_sink sink;
static unsigned char text[1u << 18];

static int
setup(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (unsigned char)(i * 7 + i / 251);
	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return -1;
	local_sink_open(&sink, ends[1]);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	local_sink_close(&sink);
	if (ends[0] >= 0)
		close(ends[0]);
	close(ends[1]);
	return 0;
}

/* Reads what is there and compares it with the text from AT on: how much it was. */
static size_t
take(size_t at)
{
	static unsigned char got[sizeof text];
	ssize_t n = read(ends[0], got, sizeof got);

	if (n <= 0)
		return 0;
	assert_true(at + (size_t)n <= sizeof text);
	assert_memory_equal(got, text + at, (size_t)n);
	return (size_t)n;
}

static void
test_gathers(void **state)
{
	(void)state;
	assert_int_equal(local_sink_gather(&sink, text, 1), 0);
	assert_int_equal(local_sink_gather(&sink, text + 1, 99), 0);
	assert_int_equal(local_sink_waiting(&sink), 100);
	assert_int_equal(take(0), 0);
	local_sink_push(&sink);
	assert_int_equal(local_sink_waiting(&sink), 0);
	assert_int_equal(take(0), 100);
	assert_int_equal(local_sink_gather(&sink, text + 100, SINK_PIECE), 0);
	assert_int_equal(local_sink_waiting(&sink), 0);
	assert_int_equal(take(100), SINK_PIECE);
}

static void
test_order(void **state)
{
	(void)state;
	assert_int_equal(local_sink_gather(&sink, text, 10), 0);
	assert_int_equal(local_sink_write(&sink, text + 10, 10), 0);
	assert_int_equal(local_sink_gather(&sink, text + 20, 10), 0);
	local_sink_push(&sink);
	assert_int_equal(take(0), 30);
	assert_int_equal(local_sink_write(&sink, text + 30, 10), 0);
	assert_int_equal(take(30), 10);
}

/* What is full is written to when poll has said that it takes something, and not before. */
static void
test_full(void **state)
{
	size_t at = 0, given = 0;

	(void)state;
	for (; given < sizeof text; given += 1024)
		assert_int_equal(local_sink_gather(&sink, text + given, 1024), 0);
	assert_true(sink.full);
	assert_true(local_sink_waiting(&sink) > 0);
	at += take(at);
	assert_int_equal(at + local_sink_waiting(&sink), sizeof text);
	local_sink_push(&sink);
	assert_int_equal(take(at), 0);
	while (at < sizeof text) {
		size_t n;

		local_sink_flush(&sink);
		n = take(at);
		assert_true(n > 0);
		at += n;
	}
	assert_int_equal(local_sink_waiting(&sink), 0);
	assert_false(sink.full);
}

static void
test_nobody_reads(void **state)
{
	(void)state;
	assert_int_equal(local_sink_gather(&sink, text, 10), 0);
	close(ends[0]);
	ends[0] = -1;
	local_sink_push(&sink);
	assert_int_equal(sink.error, EPIPE);
	assert_int_equal(local_sink_waiting(&sink), 0);
	assert_int_equal(local_sink_gather(&sink, text, SINK_PIECE), 0);
	assert_int_equal(local_sink_waiting(&sink), 0);
}

/* A file takes all of it, whatever one write(2) took. */
static void
test_file(void **state)
{
	char path[] = "/tmp/test_client_sink.XXXXXX";
	int fd = mkstemp(path);
	static unsigned char got[sizeof text];
	struct local_sink file;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	local_sink_open(&file, fd);
	assert_int_equal(file.way, SINK_FILE);
	assert_int_equal(local_sink_gather(&file, text, 100), 0);
	assert_int_equal(local_sink_gather(&file, text + 100, sizeof text - 100), 0);
	assert_int_equal(local_sink_waiting(&file), 0);
	assert_int_equal(pread(fd, got, sizeof got, 0), sizeof text);
	assert_memory_equal(got, text, sizeof text);
	local_sink_close(&file);
	close(fd);
}

/* Bytes of our own are not what the host has to be told of. */
static void
test_own(void **state)
{
	size_t waiting;

	(void)state;
	assert_int_equal(local_sink_gather(&sink, text, 10), 0);
	assert_int_equal(local_sink_own(&sink, text + 10, 7), 0);
	assert_int_equal(local_sink_own(&sink, text + 17, 3), 0);
	assert_int_equal(local_sink_waiting(&sink), 20);
	assert_int_equal(local_sink_waiting_host(&sink), 10);
	/* What comes before a byte of the host's waits with it. */
	assert_int_equal(local_sink_gather(&sink, text + 20, 1), 0);
	assert_int_equal(local_sink_waiting_host(&sink), 21);
	local_sink_push(&sink);
	assert_int_equal(local_sink_waiting_host(&sink), 0);
	take(0);
	/* Nobody reads, and then somebody does. */
	for (size_t given = 0; given < sizeof text; given += 1024)
		assert_int_equal(local_sink_gather(&sink, text + given, 1024), 0);
	waiting = local_sink_waiting(&sink);
	assert_true(waiting > 0);
	assert_int_equal(local_sink_own(&sink, text, 100), 0);
	assert_int_equal(local_sink_waiting_host(&sink), waiting);
	while (local_sink_waiting(&sink) > 50 && local_sink_waiting_host(&sink) > 0) {
		unsigned char some[1000];

		assert_true(read(ends[0], some, sizeof some) > 0);
		local_sink_flush(&sink);
	}
	assert_int_equal(local_sink_waiting_host(&sink), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_gathers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nobody_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
