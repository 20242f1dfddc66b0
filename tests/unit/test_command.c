/* SPDX-License-Identifier: MIT */
/* A command on real pipes, driven as the keeper drives it: /bin/sh, floods, full rings, children in the background. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "sessionmem.h"
#include "shell.h"

#define PATIENCE_MS 20000
#define SMALL 65536 /* a ring's size here */

struct world {
	struct vital vital;
	struct ring output;
	struct command c;
	struct shell shell;
	struct loop loop;
	int status;
	bool ended;
	size_t seen[COMMAND_CHANNELS]; /* bytes that a client has passed on */
};

static void
open_world(struct world *w, size_t ring)
{
	memset(w, 0, sizeof *w);
	assert_int_equal(vital_open(&w->vital, -1, true, ring, true), 0);
	assert_int_equal(vital_ring(&w->vital, 0, &w->output), 0);
	assert_int_equal(command_init(&w->c, &w->output, &w->vital), 0);
}

static void
start(struct world *w, const char *line)
{
	struct envlist env = ENVLIST_INIT;
	int child[3];
	struct shell_request q = { .shell = "/bin/sh", .command = line, .home = "/", .pipes = child, .env = &env,
		                   .umask = 022 };

	assert_int_equal(envlist_set(&env, "PATH=/usr/bin:/bin"), 0);
	assert_int_equal(command_open(&w->c, child), 0);
	command_name(&w->c, line);
	assert_int_equal(shell_start(&w->shell, &q), 0);
	for (int i = 0; i < 3; i++)
		close(child[i]);
	envlist_free(&env);
}

static void
close_world(struct world *w)
{
	siginfo_t si;

	shell_signal(&w->shell, SIGKILL);
	if (w->shell.pid) {
		assert_int_equal(waitid(P_PID, (id_t)w->shell.pid, &si, WEXITED | WNOWAIT), 0);
		assert_true(shell_look(&w->shell));
	}
	shell_forget(&w->shell);
	command_close(&w->c);
	ring_close(&w->output);
	vital_close(&w->vital);
}

/* One turn as the keeper's, at most 50 ms. */
static void
turn(struct world *w, bool input_waits)
{
	loop_begin(&w->loop);
	command_watch(&w->c, &w->loop, input_waits);
	loop_until(&w->loop, clock_now_ms() + (w->loop.count ? 50 : 1));
	assert_int_equal(loop_wait(&w->loop), 0);
	if (shell_look(&w->shell)) {
		w->ended = true;
		w->status = w->shell.status;
		command_ended(&w->c);
	}
	command_turn(&w->c);
}

/* Turns until what WHAT says; false after PATIENCE_MS. */
static bool
until(struct world *w, bool (*what)(const struct world *w))
{
	uint64_t end = clock_now_ms() + PATIENCE_MS;

	while (!what(w)) {
		if (clock_now_ms() > end)
			return false;
		turn(w, false);
	}
	return true;
}

static bool
is_done(const struct world *w)
{
	return command_done(&w->c);
}

static bool
has_ended(const struct world *w)
{
	return w->ended;
}

static bool
is_full(const struct world *w)
{
	return w->output.head == w->output.size;
}

static const char *
text(struct world *w, unsigned channel)
{
	struct ring *r = command_ring(&w->c, channel);

	*ring_space(r) = '\0';
	return (const char *)ring_at(r, 0);
}

static void
two_channels_and_a_status(void **state)
{
	struct world w;
	pid_t pid;

	(void)state;
	open_world(&w, SMALL);
	start(&w, "printf out; printf err >&2; exit 7");
	assert_true(until(&w, is_done));
	assert_string_equal(text(&w, 0), "out");
	assert_string_equal(text(&w, 1), "err");
	assert_true(WIFEXITED(w.status) && WEXITSTATUS(w.status) == 7);
	assert_string_equal(w.c.name, "printf");
	assert_false(command_taken(&w.c));
	assert_int_equal(command_ack(&w.c, 0, 3), 0);
	assert_int_equal(command_ack(&w.c, 1, 3), 0);
	assert_true(command_taken(&w.c));
	assert_null(command_ring(&w.c, 2));
	/* Unreaped, so that nobody else gets its group's number. */
	pid = w.shell.group;
	assert_int_equal(kill(pid, 0), 0);
	close_world(&w);
	assert_int_equal(kill(pid, 0), -1);
}

static void
a_signal_is_a_signal(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, SMALL);
	start(&w, "kill -TERM $$");
	assert_true(until(&w, is_done));
	assert_true(WIFSIGNALED(w.status));
	assert_int_equal(WTERMSIG(w.status), SIGTERM);
	close_world(&w);
}

/* argv[0] without a dash, the leader of a process group of its own, nothing open but 0 to 2. */
static void
as_sshd_starts_it(void **state)
{
	struct world w;
	char want[96];

	(void)state;
	open_world(&w, SMALL);
	start(&w, "echo $0 $$; cut -d' ' -f5,6,7 /proc/$$/stat; ls /proc/$$/fd; :");
	snprintf(want, sizeof want, "sh %d\n%d %d 0\n0\n1\n2\n", (int)w.shell.group, (int)w.shell.group, (int)w.shell.group);
	assert_true(until(&w, is_done));
	assert_string_equal(text(&w, 0), want);
	close_world(&w);
}

/* What a client of the framed protocol does: compares, passes on, acknowledges. */
static void
take(struct world *w, unsigned channel, unsigned char first)
{
	struct ring *r = command_ring(&w->c, channel);

	for (; w->seen[channel] < r->head; w->seen[channel]++)
		if (*ring_at(r, w->seen[channel]) != (unsigned char)(first + w->seen[channel] % 10))
			fail_msg("channel %u, byte %zu", channel, w->seen[channel]);
	assert_int_equal(command_ack(&w->c, channel, r->head), 0);
}

/* Many times the ring on both channels, byte for byte; it waits whenever nobody has acknowledged. */
static void
a_flood_waits_for_its_client(void **state)
{
	const size_t all = 3000000;
	struct world w;
	char line[256];
	unsigned turns = 0;

	(void)state;
	open_world(&w, SMALL);
	snprintf(line, sizeof line,
	         "{ yes 0123456789 | tr -d '\\n' | head -c %zu; } & { yes abcdefghij | tr -d '\\n' | head -c %zu >&2; };"
	         " wait", all, all);
	start(&w, line);
	assert_true(until(&w, is_full));
	/* Full it stays, and nothing of it is overwritten. */
	for (int i = 0; i < 5; i++)
		turn(&w, false);
	assert_int_equal(w.output.head, SMALL);
	while (!command_done(&w.c) && turns++ < 100000) {
		take(&w, 0, '0');
		take(&w, 1, 'a');
		turn(&w, false);
	}
	take(&w, 0, '0');
	take(&w, 1, 'a');
	assert_int_equal(w.seen[0], all);
	assert_int_equal(w.seen[1], all);
	assert_true(w.ended && WIFEXITED(w.status));
	close_world(&w);
}

static void
acknowledgements_that_are_none(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, SMALL);
	start(&w, "printf 12345");
	assert_true(until(&w, is_done));
	assert_int_equal(command_ack(&w.c, 0, 6), -EBADMSG);
	assert_int_equal(command_ack(&w.c, 1, 1), -EBADMSG);
	assert_int_equal(command_ack(&w.c, 2, 0), -EBADMSG);
	assert_int_equal(command_ack(&w.c, 0, UINT64_MAX), -EBADMSG);
	assert_int_equal(command_ack(&w.c, 0, 4), 0);
	assert_int_equal(command_ack(&w.c, 0, 2), 0);
	assert_int_equal(command_acked(&w.c, 0), 4);
	close_world(&w);
}

/* As sshd, it waits for the end of both outputs, whoever has them. */
static void
a_child_keeps_one_open(const char *line)
{
	struct world w;

	open_world(&w, SMALL);
	start(&w, line);
	assert_true(until(&w, has_ended));
	for (int i = 0; i < 3; i++)
		turn(&w, false);
	assert_false(command_done(&w.c));
	/* Its group is still its own, and reachable. */
	assert_int_equal(shell_signal(&w.shell, 0), 0);
	assert_int_equal(shell_signal(&w.shell, SIGKILL), 0);
	assert_true(until(&w, is_done));
	assert_int_equal(WEXITSTATUS(w.status), 3);
	close_world(&w);
}

static void
children_in_the_background(void **state)
{
	(void)state;
	a_child_keeps_one_open("sleep 1000 2>/dev/null & exit 3");
	a_child_keeps_one_open("sleep 1000 >/dev/null & exit 3");
}

static void
let_go_of_what_others_write(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, SMALL);
	start(&w, "{ yes | head -c 1000000; sleep 1000; } & echo said >&2; exit 0");
	assert_true(until(&w, has_ended));
	assert_true(until(&w, is_full));
	assert_false(command_done(&w.c));
	command_let_go(&w.c);
	assert_true(command_done(&w.c));
	assert_string_equal(text(&w, 1), "said\n");
	assert_int_equal(shell_signal(&w.shell, SIGKILL), 0);
	close_world(&w);
	/* Nothing is let go of that runs. */
	open_world(&w, SMALL);
	start(&w, "cat");
	command_let_go(&w.c);
	assert_false(command_done(&w.c));
	assert_int_equal(command_feed(&w.c, "x", 1), 1);
	command_end_input(&w.c);
	assert_true(until(&w, is_done));
	assert_string_equal(text(&w, 0), "x");
	close_world(&w);
}

/* A full pipe takes nothing; what it takes arrives, and its end with it. */
static void
input_to_its_end(void **state)
{
	const size_t all = 1000000;
	unsigned char chunk[4096];
	struct world w;
	siginfo_t si;
	size_t sent = 0, n;

	(void)state;
	memset(chunk, 'z', sizeof chunk);
	open_world(&w, SMALL);
	start(&w, "kill -STOP $$; wc -c");
	assert_int_equal(waitid(P_PID, (id_t)w.shell.group, &si, WSTOPPED), 0);
	while ((n = command_feed(&w.c, chunk, sizeof chunk)) > 0)
		sent += n;
	assert_int_equal(shell_signal(&w.shell, SIGCONT), 0);
	while (sent < all) {
		n = command_feed(&w.c, chunk, all - sent < sizeof chunk ? all - sent : sizeof chunk);
		sent += n;
		if (!n)
			turn(&w, true);
	}
	command_end_input(&w.c);
	command_end_input(&w.c);
	assert_true(until(&w, is_done));
	assert_string_equal(text(&w, 0), "1000000\n");
	close_world(&w);
}

static bool
has_output(const struct world *w)
{
	return w->output.head > 0;
}

static bool
takes_no_input(const struct world *w)
{
	return w->c.in < 0;
}

/* It closes its input: that is noticed without a write, and what comes later is thrown away as if taken. */
static void
input_that_nobody_reads(void **state)
{
	static unsigned char much[200000];
	struct world w;
	struct pollfd p;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	open_world(&w, SMALL);
	start(&w, "exec 0<&-; echo closed; sleep 1000");
	assert_true(until(&w, has_output));
	assert_true(until(&w, takes_no_input));
	assert_int_equal(command_feed(&w.c, much, sizeof much), sizeof much);
	close_world(&w);
	/* The same, found by the write itself. */
	open_world(&w, SMALL);
	start(&w, "exec 0<&-; echo closed; sleep 1000");
	p = (struct pollfd){ .fd = w.c.channel[0].fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	assert_int_equal(command_feed(&w.c, much, sizeof much), sizeof much);
	assert_true(takes_no_input(&w));
	close_world(&w);
}

static void
signals_reach_the_group(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, SMALL);
	assert_int_equal(shell_signal(&w.shell, SIGTERM), -ESRCH);
	start(&w, "sleep 1000 & echo ready; wait");
	assert_true(until(&w, has_output));
	assert_int_equal(shell_signal(&w.shell, SIGTERM), 0);
	assert_true(until(&w, is_done));
	assert_true(WIFSIGNALED(w.status) && WTERMSIG(w.status) == SIGTERM);
	close_world(&w);
	/* At once, and one that we ignore as the keeper does. */
	signal(SIGINT, SIG_IGN);
	for (int i = 0; i < 50; i++) {
		open_world(&w, SMALL);
		start(&w, "exec sleep 1000");
		assert_int_equal(shell_signal(&w.shell, SIGINT), 0);
		assert_true(until(&w, is_done));
		assert_true(WIFSIGNALED(w.status) && WTERMSIG(w.status) == SIGINT);
		close_world(&w);
	}
	signal(SIGINT, SIG_DFL);
}

static size_t
pages_in(const struct ring *r)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), count = r->size / page, n = 0;
	unsigned char *in = malloc(count);

	assert_non_null(in);
	assert_int_equal(mincore(r->base, r->size, in), 0);
	for (size_t i = 0; i < count; i++)
		n += in[i] & 1;
	free(in);
	return n * page;
}

/* What has been passed on costs no memory once all has been, or once its client has gone. */
static void
memory_is_given_back(void **state)
{
	const size_t size = 16u << 20;
	struct world w;

	(void)state;
	open_world(&w, size);
	start(&w, "head -c 16777216 /dev/zero");
	assert_true(until(&w, is_full));
	assert_int_equal(pages_in(&w.output), size);
	assert_int_equal(command_ack(&w.c, 0, size / 2 + 100), 0);
	assert_int_equal(pages_in(&w.output), size);
	command_rest(&w.c);
	assert_int_equal(pages_in(&w.output), size / 2);
	assert_int_equal(*ring_at(&w.output, size / 2 + 100), 0);
	assert_int_equal(command_ack(&w.c, 0, size), 0);
	assert_int_equal(pages_in(&w.output), 0);
	assert_true(until(&w, is_done));
	close_world(&w);
}

static void
names(void **state)
{
	static const char *const lines[][2] = {
		{ "make -j8", "make" }, { "/usr/bin/make", "make" }, { "  (cd /; ls)", "cd" }, { "sleep 5;ls", "sleep" },
		{ "./", "./" }, { "a/b/c/ d", "c/" }, { "; x", "" }, { "", "" },
		{ "abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz012345" },
	};
	struct world w;
	int child[3];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		open_world(&w, SMALL);
		assert_int_equal(command_open(&w.c, child), 0);
		command_name(&w.c, lines[i][0]);
		assert_string_equal(w.c.name, lines[i][1]);
		for (int n = 0; n < 3; n++)
			close(child[n]);
		close_world(&w);
	}
}

static void
sizes(void **state)
{
	(void)state;
	assert_true(sessionmem_ring_bytes(65536, true) == 16u << 20);
	assert_true(sessionmem_ring_bytes(64u << 20, true) == 64u << 20);
	assert_true(sessionmem_ring_bytes(65536, false) == 65536);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_channels_and_a_status),
		cmocka_unit_test(a_signal_is_a_signal),
		cmocka_unit_test(as_sshd_starts_it),
		cmocka_unit_test(a_flood_waits_for_its_client),
		cmocka_unit_test(acknowledgements_that_are_none),
		cmocka_unit_test(children_in_the_background),
		cmocka_unit_test(let_go_of_what_others_write),
		cmocka_unit_test(input_to_its_end),
		cmocka_unit_test(input_that_nobody_reads),
		cmocka_unit_test(signals_reach_the_group),
		cmocka_unit_test(memory_is_given_back),
		cmocka_unit_test(names),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
