/* SPDX-License-Identifier: MIT */
/* What is shown of texts that a server has sent, and what counts as an answer to a question. */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.h"
#include "local.h"

/* What standard error gets of TEXT. */
static void
shown(const char *text, char *out, size_t cap)
{
	struct asking a;
	int p[2], before = dup(2);
	ssize_t n;

	assert_int_equal(pipe(p), 0);
	assert_int_equal(dup2(p[1], 2), 2);
	asking_init(&a, true, false);
	a.ops.say(a.ops.object, text);
	dup2(before, 2);
	close(before);
	close(p[1]);
	n = read(p[0], out, cap - 1);
	close(p[0]);
	assert_true(n >= 0);
	out[n] = '\0';
}

static void
nothing_steers_the_terminal(void **state)
{
	char out[256];

	(void)state;
	shown("plain \303\244\n", out, sizeof out);
	assert_string_equal(out, "plain \303\244\n");
	shown("a\033[2Jb\177\n", out, sizeof out);
	assert_string_equal(out, "a[2Jb\n");
	/* CSI of C1, in UTF-8: at once, and with something between that is left out. */
	shown("a\302\2332Jb\n", out, sizeof out);
	assert_null(strstr(out, "\302\233"));
	shown("a\302\001\2332Jb\n", out, sizeof out);
	assert_null(strstr(out, "\302\233"));
	shown("a\302\177\302\233\2332Jb\n", out, sizeof out);
	assert_null(strstr(out, "\302\233"));
}

/* A person at a pty: what the program there writes, up to TEXT. */
static void
wait_for(int master, const char *text)
{
	static char seen[8192];
	size_t len = 0;

	while (len < sizeof seen - 1) {
		ssize_t n = read(master, seen + len, sizeof seen - 1 - len);

		assert_true(n > 0);
		len += (size_t)n;
		seen[len] = '\0';
		if (strstr(seen, text))
			return;
	}
	fail();
}

static void
type(int master, const char *keys)
{
	assert_int_equal(write(master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static bool
takes(void *of)
{
	char keys[16] = "";

	/* As the loop does: the terminal is read without blocking. */
	if (local_read(keys, sizeof keys - 1) > 0)
		snprintf(of, 64, "%s", keys);
	return strchr(keys, 'q') == NULL;
}

/* The exit status: what was answered; with RAW, a session is attached, and gets what was typed before. */
static int
ask_at(int slave, int ready, int go, bool raw)
{
	char taken[64] = "", c;
	struct asking a;
	bool yes;

	asking_init(&a, false, false);
	if (raw) {
		assert_int_equal(local_open(slave), 0);
		assert_int_equal(local_raw(), 0);
		a.typed_ahead = takes;
		a.typed_ahead_of = taken;
	}
	if (write(ready, "", 1) != 1 || read(go, &c, 1) != 1)
		return 9;
	/* The kernel hands on what was typed a moment later. */
	if (poll(&(struct pollfd){ .fd = slave, .events = POLLIN }, 1, -1) != 1)
		return 9;
	yes = asking_yes(&a, "Well? ");
	local_cooked();
	return yes + 2 * (strcmp(taken, "y\r") == 0) + 4 * (strcmp(taken, "q") == 0);
}

/* Types AHEAD before the question and THEN after it: the status of ask_at(). */
static int
answered(const char *ahead, const char *then, bool raw)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), ready[2], go[2], status;
	char c;
	pid_t pid;

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	assert_true(pipe(ready) == 0 && pipe(go) == 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int slave;

		setsid();
		slave = open(ptsname(master), O_RDWR);
		ioctl(slave, TIOCSCTTY, 0);
		close(master);
		_exit(ask_at(slave, ready[1], go[0], raw));
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	type(master, ahead);
	assert_int_equal(write(go[1], "", 1), 1);
	if (then) {
		wait_for(master, "Well? ");
		type(master, then);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	close(master);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
	return WEXITSTATUS(status);
}

static void
typed_ahead_is_no_answer(void **state)
{
	(void)state;
	assert_int_equal(answered("y\r", "n\r", false), 0);
	assert_int_equal(answered("\r", "y\r", false), 1);
	assert_int_equal(answered("n\rn\rn", "yes\r", false), 1);
	/* Of a session's terminal: the session has it. */
	assert_int_equal(answered("y\r", "n\r", true), 2);
	assert_int_equal(answered("y\r", "y\r", true), 3);
	/* It was Ctrl-C, say: nothing is asked. */
	assert_int_equal(answered("q", NULL, true), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_steers_the_terminal),
		cmocka_unit_test(typed_ahead_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
