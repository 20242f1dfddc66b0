/* SPDX-License-Identifier: MIT */
/* A script's request to the subsystem: a program in holdfastctl's place, and a client that speaks frames. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "frame.h"
#include "subsystem_script.h"

static char program[64];
static struct frame_reader reader;
static struct {
	char text[2][1 << 20];
	size_t len[2];
	struct frame_script_end end;
	struct frame_text error;
	unsigned pongs;
	uint64_t taken;
	bool ended, failed;
} heard;
static int to, from;
static pid_t server;

static int
write_program(void **state)
{
	FILE *f;

	(void)state;
	snprintf(program, sizeof program, "/tmp/test_subsystem_script.%d", (int)getpid());
	f = fopen(program, "w");
	assert_non_null(f);
	fputs("#!/bin/sh\n"
	      "case $1 in\n"
	      "print) printf '%s|' \"$@\"; echo trouble >&2; exit 3;;\n"
	      "send) cat; echo done;;\n"
	      "export) while [ ! -e \"$2\" ]; do sleep 0.02; done; cat;;\n"
	      "tail) echo $$ >\"$2\"; echo begun; exec sleep 1000;;\n"
	      "peek) kill -9 $$;;\n"
	      "wait) exec dd if=/dev/zero bs=1000 count=500 2>/dev/null;;\n"
	      "esac\n", f);
	fclose(f);
	return chmod(program, 0700);
}

static int
remove_program(void **state)
{
	(void)state;
	return unlink(program);
}

/* The subsystem begins with the request of WORDS, for PATH. */
static void
ask_of(const char *path, const char *const *words)
{
	struct frame_script m = { .count = 0 };
	int in[2], out[2];

	memset(&heard, 0, sizeof heard);
	memset(&reader, 0, sizeof reader);
	for (; words[m.count]; m.count++)
		m.word[m.count] = (struct wire_bytes){ (const unsigned char *)words[m.count], strlen(words[m.count]) };
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	server = fork();
	assert_true(server >= 0);
	if (server == 0) {
		close(in[1]);
		close(out[0]);
		_exit(subsystem_script_run(path, &m, in[0], out[1]));
	}
	close(in[0]);
	close(out[1]);
	to = in[1];
	from = out[0];
}

static void
ask(const char *const *words)
{
	ask_of(program, words);
}

static void
say(const unsigned char *p, int len)
{
	assert_true(len > 0);
	assert_int_equal(write(to, p, (size_t)len), len);
}

static void
send_input(const char *data, size_t len)
{
	struct frame_script_data m = { .len = len };
	unsigned char head[16];

	say(head, frame_put_script_head(FRAME_SCRIPT_INPUT, &m, head, sizeof head));
	if (len)
		say((const unsigned char *)data, (int)len);
}

static void
on_frame(const struct frame *f)
{
	struct frame_script_data m;
	uint64_t before = heard.taken;

	assert_false(heard.ended);
	switch (f->type) {
	case FRAME_SCRIPT_OUTPUT:
		assert_int_equal(frame_get_script_data(f->type, &m, f->body, f->len), 0);
		assert_true(heard.len[m.channel] + m.len < sizeof heard.text[0]);
		memcpy(heard.text[m.channel] + heard.len[m.channel], m.data, m.len);
		heard.len[m.channel] += m.len;
		break;
	case FRAME_SCRIPT_END:
		assert_int_equal(frame_get_script_end(&heard.end, f->body, f->len), 0);
		heard.ended = true;
		break;
	case FRAME_SERVER_PONG:
		heard.pongs++;
		break;
	case FRAME_SCRIPT_TAKEN:
		assert_int_equal(frame_get_u64(&heard.taken, f->body, f->len), 0);
		assert_true(heard.taken > before);
		break;
	case FRAME_ERROR:
		assert_int_equal(frame_get_text(f->type, &heard.error, f->body, f->len), 0);
		heard.failed = true;
		break;
	default:
		fail_msg("a frame of type %u", f->type);
	}
}

/* Takes what comes: false at the end. */
static bool
hear(void)
{
	struct frame f;
	size_t room;
	unsigned char *p = frame_room(&reader, &room);
	ssize_t n = read(from, p, room);

	if (n <= 0)
		return false;
	frame_filled(&reader, (size_t)n);
	while (frame_next(&reader, &f) > 0)
		on_frame(&f);
	return true;
}

/* Hears all: the status of the subsystem's process. */
static int
finish(void)
{
	int status;

	while (hear())
		;
	close(to);
	close(from);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
output_errors_and_status_come(void **state)
{
	(void)state;
	ask((const char *[]){ "print", "--ansi", "--", "a b\n\xff", "", NULL });
	assert_int_equal(finish(), 0);
	assert_true(heard.ended && !heard.failed);
	assert_int_equal(heard.end.status, 3);
	assert_string_equal(heard.end.text, "");
	assert_string_equal(heard.text[0], "print|--ansi|--|a b\n\xff||");
	assert_string_equal(heard.text[1], "trouble\n");
}

static void
input_goes_in_and_ends(void **state)
{
	static char much[60000];

	(void)state;
	memset(much, 'x', sizeof much);
	ask((const char *[]){ "send", "work", "-", NULL });
	send_input("one ", 4);
	for (unsigned i = 0; i < 5; i++) {
		send_input(much, sizeof much);
		while (heard.len[0] < (i + 1) * sizeof much)
			assert_true(hear());
	}
	send_input("", 0);
	assert_int_equal(finish(), 0);
	assert_int_equal(heard.end.status, 0);
	assert_int_equal(heard.len[0], 4 + 5 * sizeof much + 5);
	assert_string_equal(heard.text[0] + heard.len[0] - 6, "xdone\n");
}

static void
pings_are_answered_meanwhile(void **state)
{
	unsigned char out[16];

	(void)state;
	ask((const char *[]){ "send", "work", "-", NULL });
	say(out, frame_put_u64(FRAME_PING, 7, out, sizeof out));
	while (!heard.pongs)
		assert_true(hear());
	send_input("", 0);
	assert_int_equal(finish(), 0);
	assert_int_equal(heard.pongs, 1);
}

/* Whether a PING is answered, which waits behind all that has been sent. */
static bool
ping(void)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	unsigned char out[16];
	unsigned before = heard.pongs;

	say(out, frame_put_u64(FRAME_PING, 7, out, sizeof out));
	while (heard.pongs == before)
		if (poll(&p, 1, 10000) <= 0 || !hear())
			return false;
	return true;
}

/* Sends what fits into the window, until the program's pipe is full too: how much. */
static size_t
fill_the_window(void)
{
	static char much[16384];
	size_t sent = 0, room;

	memset(much, 'x', sizeof much);
	while ((room = FRAME_SCRIPT_WINDOW - (sent - heard.taken))) {
		room = room < sizeof much ? room : sizeof much;
		send_input(much, room);
		sent += room;
		assert_true(ping());
	}
	return sent;
}

static void
a_program_that_does_not_read_holds_only_input_back(void **state)
{
	char path[96];
	size_t sent;
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s.go", program);
	ask((const char *[]){ "export", path, NULL });
	sent = fill_the_window();
	assert_true(sent > FRAME_SCRIPT_WINDOW && sent == heard.taken + FRAME_SCRIPT_WINDOW);
	fd = creat(path, 0600);
	assert_true(fd >= 0);
	close(fd);
	send_input("", 0);
	assert_int_equal(finish(), 0);
	unlink(path);
	assert_int_equal(heard.len[0], sent);
	assert_int_equal(heard.taken, sent);
}

static void
more_input_than_the_window_is_wrong(void **state)
{
	(void)state;
	ask((const char *[]){ "export", "/nonexistent", NULL });
	fill_the_window();
	send_input("x", 1);
	assert_int_equal(finish(), 1);
	assert_true(heard.failed && !heard.ended);
	assert_int_equal(heard.error.code, FRAME_E_PROTOCOL);
}

static void
a_client_that_reads_late_loses_nothing(void **state)
{
	(void)state;
	ask((const char *[]){ "wait", "work", NULL });
	poll(NULL, 0, 50); /* so that its output waits, if the machine is fast enough */
	assert_int_equal(finish(), 0);
	assert_int_equal(heard.len[0], 500000);
}

static void
a_signal_is_a_status(void **state)
{
	(void)state;
	ask((const char *[]){ "peek", "work", NULL });
	assert_int_equal(finish(), 0);
	assert_int_equal(heard.end.status, 128 + SIGKILL);
}

static pid_t
wait_for_pid(const char *path)
{
	uint64_t end = clock_now_ms() + 10000;
	int pid = 0;

	while (!pid && clock_now_ms() < end) {
		FILE *f = fopen(path, "r");

		if (f && fscanf(f, "%d", &pid) != 1)
			pid = 0;
		if (f)
			fclose(f);
		poll(NULL, 0, 5);
	}
	assert_true(pid > 0);
	return pid;
}

/* The program ends with the client, and is not left behind. */
static void
the_client_goes(void **state)
{
	char path[96];
	pid_t pid;

	(void)state;
	snprintf(path, sizeof path, "%s.pid", program);
	ask((const char *[]){ "tail", path, NULL });
	while (!heard.len[0])
		assert_true(hear());
	pid = wait_for_pid(path);
	close(to);
	to = -1;
	assert_int_equal(finish(), 1);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	unlink(path);
}

static void
a_wrong_frame_ends_it(void **state)
{
	unsigned char out[64];
	char path[96];
	pid_t pid;

	(void)state;
	snprintf(path, sizeof path, "%s.pid", program);
	ask((const char *[]){ "tail", path, NULL });
	pid = wait_for_pid(path);
	say(out, frame_put_plain(FRAME_DETACH, out, sizeof out));
	assert_int_equal(finish(), 1);
	assert_true(heard.failed && !heard.ended);
	assert_int_equal(heard.error.code, FRAME_E_PROTOCOL);
	assert_int_equal(kill(pid, 0), -1);
	unlink(path);
}

static void
input_behind_its_end_is_wrong(void **state)
{
	(void)state;
	ask((const char *[]){ "tail", "/dev/null", NULL });
	send_input("", 0);
	send_input("x", 1);
	assert_int_equal(finish(), 1);
	assert_true(heard.failed);
}

static void
frames_of_later_versions_are_skipped(void **state)
{
	static const unsigned char later[] = { 0, 0, 0, 3, 200, 1, 2 };

	(void)state;
	ask((const char *[]){ "send", "work", "-", NULL });
	say(later, sizeof later);
	send_input("x", 1);
	send_input("", 0);
	assert_int_equal(finish(), 0);
	assert_string_equal(heard.text[0], "xdone\n");
}

static void
other_verbs_are_not_run(void **state)
{
	static const char *const verbs[] = { "kill", "attach", "", "resume", "--help", "setup", "printx" };

	(void)state;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		ask((const char *[]){ verbs[i], "work", NULL });
		assert_int_equal(finish(), 0);
		assert_int_equal(heard.end.status, 2);
		assert_non_null(strstr(heard.end.text, "no such verb"));
		assert_int_equal(heard.len[0], 0);
	}
}

static void
no_program(void **state)
{
	(void)state;
	ask_of("/nonexistent/holdfastctl", (const char *[]){ "print", "work", NULL });
	assert_int_equal(finish(), 0);
	assert_int_equal(heard.end.status, 1);
	assert_non_null(strstr(heard.end.text, "cannot run holdfastctl"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_errors_and_status_come),
		cmocka_unit_test(input_goes_in_and_ends),
		cmocka_unit_test(pings_are_answered_meanwhile),
		cmocka_unit_test(a_program_that_does_not_read_holds_only_input_back),
		cmocka_unit_test(more_input_than_the_window_is_wrong),
		cmocka_unit_test(a_client_that_reads_late_loses_nothing),
		cmocka_unit_test(a_signal_is_a_status),
		cmocka_unit_test(the_client_goes),
		cmocka_unit_test(a_wrong_frame_ends_it),
		cmocka_unit_test(input_behind_its_end_is_wrong),
		cmocka_unit_test(frames_of_later_versions_are_skipped),
		cmocka_unit_test(other_verbs_are_not_run),
		cmocka_unit_test(no_program),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, write_program, remove_program);
}
