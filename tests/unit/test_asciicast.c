/* SPDX-License-Identifier: MIT */
/* Recordings in asciicast v2: what the lines are, that no character is cut, and how a recording is gone on with. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "asciicast.h"

static const struct asciicast_head head = { .cols = 80, .rows = 24, .date_ms = 1700000000999, .title = "work \"1\"",
	                                    .term = "xterm-256color", .shell = "/bin/bash" };
static struct asciicast cast;
static char text[1 << 20];

static int
file_new(void)
{
	int fd = memfd_create("cast", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* All that is in FD. */
static const char *
all(int fd)
{
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

/* All behind the header. */
static const char *
events(int fd)
{
	const char *newline = strchr(all(fd), '\n');

	assert_non_null(newline);
	return newline + 1;
}

static int
begun(void)
{
	int fd = file_new();

	assert_int_equal(asciicast_begin(&cast, fd, &head), 0);
	return fd;
}

static void
a_header_and_events(void **state)
{
	int fd = begun();

	(void)state;
	assert_int_equal(asciicast_output(&cast, 0, "ls\r\n\x1b[1m", 8), 0);
	assert_int_equal(asciicast_resize(&cast, 1500, 100, 30), 0);
	assert_int_equal(asciicast_resize(&cast, 1600, 100, 30), 0); /* as it is */
	assert_int_equal(asciicast_output(&cast, 12345, "\"\\\x7f", 3), 0);
	assert_int_equal(asciicast_output(&cast, 12000, "late", 4), 0); /* a clock that was set back */
	assert_string_equal(all(fd),
		"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1700000000,\"title\":\"work \\\"1\\\"\","
		"\"env\":{\"TERM\":\"xterm-256color\",\"SHELL\":\"/bin/bash\"}}\n"
		"[0.000, \"o\", \"ls\\u000d\\u000a\\u001b[1m\"]\n"
		"[1.500, \"r\", \"100x30\"]\n"
		"[12.345, \"o\", \"\\\"\\\\\\u007f\"]\n"
		"[12.345, \"o\", \"late\"]\n");
	close(fd);
}

/* However output is cut into pieces, all characters come whole; and nothing is lost. */
static void
characters_are_never_cut(void **state)
{
	static const char said[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7z\xe2\x82\xac";
	const size_t len = sizeof said - 1;

	(void)state;
	for (size_t piece = 1; piece <= len; piece++) {
		char joined[64] = "";
		int fd = begun();
		const char *p;

		for (size_t at = 0; at < len; at += piece)
			assert_int_equal(asciicast_output(&cast, 0, said + at, piece < len - at ? piece : len - at), 0);
		assert_int_equal(asciicast_end(&cast, 0), 0);
		for (p = events(fd); (p = strstr(p, "\"o\", \"")); ) {
			size_t n = strcspn(p += 6, "\"");

			assert_true(strlen(joined) + n < sizeof joined);
			strncat(joined, p, n);
		}
		assert_string_equal(joined, said);
		close(fd);
	}
}

static void
what_is_no_utf8_is_replaced(void **state)
{
	int fd = begun();

	(void)state;
	assert_int_equal(asciicast_output(&cast, 0, "a\xff" "b\xc3", 4), 0);
	assert_int_equal(asciicast_output(&cast, 0, "c\xe2\x82", 3), 0);
	assert_int_equal(asciicast_output(&cast, 0, "\xe2", 1), 0);
	assert_int_equal(asciicast_end(&cast, 7), 0);
	assert_string_equal(events(fd), "[0.000, \"o\", \"a\\ufffdb\"]\n[0.000, \"o\", \"\\ufffdc\"]\n"
	                                "[0.000, \"o\", \"\\ufffd\\ufffd\"]\n[0.007, \"o\", \"\\ufffd\"]\n");
	close(fd);
}

static void
nuls_are_left_out(void **state)
{
	int fd = begun();

	(void)state;
	assert_int_equal(asciicast_output(&cast, 0, "\0a\0\0b\0", 6), 0);
	assert_int_equal(asciicast_output(&cast, 0, "\0", 1), 0);
	assert_string_equal(events(fd), "[0.000, \"o\", \"a\"]\n[0.000, \"o\", \"b\"]\n");
	close(fd);
}

static void
long_output_is_several_events(void **state)
{
	static char much[100000];
	int fd = begun();
	size_t sum = 0;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof much; i += 3)
		memcpy(much + i, "\xe2\x82\xac", 3);
	assert_int_equal(asciicast_output(&cast, 0, much, 99999), 0);
	for (const char *p = events(fd); (p = strstr(p, "\"o\", \"")); ) {
		size_t n = strcspn(p += 6, "\"");

		assert_int_equal(n % 3, 0);
		sum += n;
	}
	assert_int_equal(sum, 99999);
	assert_true(cast.events > 10);
	assert_null(strstr(all(fd), "ufffd"));
	close(fd);
}

static void
a_recording_goes_on(void **state)
{
	struct asciicast more;
	uint64_t last = 0;
	int fd = begun();

	(void)state;
	assert_int_equal(asciicast_output(&cast, 100, "one", 3), 0);
	assert_int_equal(asciicast_resize(&cast, 2250, 132, 43), 0);
	assert_int_equal(asciicast_output(&cast, 3001, "[\"r\", \"1x1\"]", 12), 0);
	/* Its writer was killed in a line. */
	assert_int_equal(write(fd, "[9.9, \"o\", \"ha", 14), 14);
	assert_int_equal(asciicast_resume(&more, fd, &last), 0);
	assert_int_equal(last, 3001);
	assert_int_equal(more.cols, 132);
	assert_int_equal(more.rows, 43);
	assert_int_equal(asciicast_output(&more, last + 5, "two", 3), 0);
	assert_string_equal(events(fd), "[0.100, \"o\", \"one\"]\n[2.250, \"r\", \"132x43\"]\n"
	                                "[3.001, \"o\", \"[\\\"r\\\", \\\"1x1\\\"]\"]\n[3.006, \"o\", \"two\"]\n");
	close(fd);
}

/* The header of asciinema's own recorder has blanks, and its times have microseconds. */
static void
asciinemas_own_goes_on(void **state)
{
	static const char own[] = "{\"version\": 2, \"width\": 90, \"height\": 20, \"timestamp\": 1, \"env\": {}}\n"
	                          "[0.248848, \"o\", \"x\"]\n[1.001376, \"r\", \"91x21\"]\n[2.4996, \"o\", \"y\"]\n";
	struct asciicast more;
	uint64_t last = 0;
	int fd = file_new();

	(void)state;
	assert_int_equal(write(fd, own, sizeof own - 1), sizeof own - 1);
	assert_int_equal(asciicast_resume(&more, fd, &last), 0);
	assert_int_equal(last, 2500);
	assert_int_equal(more.cols, 91);
	assert_int_equal(more.rows, 21);
	close(fd);
}

static void
only_a_header_goes_on(void **state)
{
	struct asciicast more;
	uint64_t last = 5;
	int fd = begun();

	(void)state;
	assert_int_equal(asciicast_resume(&more, fd, &last), 0);
	assert_int_equal(last, 0);
	assert_int_equal(more.cols, 80);
	close(fd);
}

static void
other_files_are_left_alone(void **state)
{
	static const char *const others[] = {
		"", "\n", "hello\n", "{\"version\":1,\"width\":80,\"height\":24}\n", "{\"version\":2,\"width\":80}\n",
		"{\"version\":2,\"width\":80,\"height\":24}", "{\"version\":2,\"width\":80,\"height\":24}\nnotes\n",
		"{\"version\":2,\"width\":80,\"height\":24}\n[-1, \"o\", \"x\"]\n",
		"{\"version\":2,\"width\":80,\"height\":24}\n[1e99, \"o\", \"x\"]\n",
	};
	struct asciicast more;
	uint64_t last;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		int fd = file_new(), rc;

		assert_int_equal(write(fd, others[i], strlen(others[i])), strlen(others[i]));
		rc = asciicast_resume(&more, fd, &last);
		if (rc != -EPROTO)
			fail_msg("%s: %d", others[i], rc);
		assert_string_equal(all(fd), others[i]);
		close(fd);
	}
}

static void
a_full_disk_is_said(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(asciicast_begin(&cast, fd, &head), -ENOSPC);
	close(fd);
}

/* A file that can hold only a part of a line has whole lines, also one that was gone on with. */
static void
no_part_of_a_line_is_left(void **state)
{
	static char much[2000];
	struct rlimit old, limit;
	char path[] = "/tmp/test_asciicast.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	const char *before;
	uint64_t last;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	memset(much, 'x', sizeof much);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 1000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(asciicast_begin(&cast, fd, &head), 0);
	assert_int_equal(asciicast_output(&cast, 0, "one", 3), 0);
	before = strdup(all(fd));
	assert_non_null(before);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(asciicast_output(&cast, 0, much, sizeof much), -EFBIG);
	assert_string_equal(all(fd), before);
	assert_int_equal(asciicast_resume(&cast, fd, &last), 0);
	assert_int_equal(asciicast_output(&cast, 0, much, sizeof much), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_string_equal(all(fd), before);
	free((char *)(uintptr_t)before);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_and_events),
		cmocka_unit_test(characters_are_never_cut),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(nuls_are_left_out),
		cmocka_unit_test(long_output_is_several_events),
		cmocka_unit_test(a_recording_goes_on),
		cmocka_unit_test(asciinemas_own_goes_on),
		cmocka_unit_test(only_a_header_goes_on),
		cmocka_unit_test(other_files_are_left_alone),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(no_part_of_a_line_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
