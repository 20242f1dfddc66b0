/* SPDX-License-Identifier: MIT */
/* The stub that becomes the shell: which signals are the shell's, and when it is the user's. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"
#include "leader_shell.h"
#include "progress.h"
#include "shellmsg.h"
#include "shellstub.h"
#include "slots.h"

#define NOBODY 65534

static struct leader_shell s;

static int
set_up(void **state)
{
	uid_t uid = geteuid() ? geteuid() : NOBODY;
	gid_t gid = geteuid() ? getegid() : NOBODY;

	(void)state;
	s = (struct leader_shell)LEADER_SHELL_INIT;
	assert_int_equal(leader_shell_open(&s, true, uid, gid), 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	leader_shell_close(&s, false);
	return 0;
}

static void
start(const char *command)
{
	static struct shellmsg m;
	static unsigned char buf[MESSAGE_MAX];
	struct envlist env = ENVLIST_INIT;
	const struct shell_request q = { .shell = "/bin/sh", .command = command, .home = "/", .env = &env };
	int n;

	assert_int_equal(shellmsg_fill(&m, &q), 0);
	n = shellmsg_encode(&m, buf, sizeof buf);
	assert_true(n > 0);
	assert_int_equal(send(s.stub, buf, (size_t)n, MSG_NOSIGNAL), n);
}

/* The value of the line NAME in /proc/PID/status of the stub, in hexadecimal. */
static unsigned long long
status_of(const char *name)
{
	char path[64], line[256];
	unsigned long long value = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)s.pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtoull(line + strlen(name), NULL, 16);
	fclose(f);
	return value;
}

static void
wait_stopped(void)
{
	siginfo_t si;

	assert_int_equal(kill(s.pid, SIGSTOP), 0);
	assert_int_equal(waitid(P_PID, (id_t)s.pid, &si, WSTOPPED), 0);
}

static bool
runs(void)
{
	siginfo_t si = { .si_pid = 0 };

	return waitid(P_PID, (id_t)s.pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid == 0;
}

static int
wait_end(void)
{
	siginfo_t si;

	assert_int_equal(waitid(P_PID, (id_t)s.pid, &si, WEXITED | WNOWAIT), 0);
	leader_shell_look(&s);
	assert_true(s.ended);
	return s.status;
}

/* A process of the user has no page of root's counters, nor of what holdfastd knows of others' logins. */
static void
test_has_no_counters(void **state)
{
	static const char table[] = "/dev/zero (deleted)"; /* as the kernel shows memory that forks share */
	char counters[] = "/tmp/holdfast-stub.XXXXXX", path[64], *maps = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f;

	(void)state;
	leader_shell_close(&s, false);
	close(mkstemp(counters));
	assert_int_equal(counters_open(AT_FDCWD, counters), 0);
	assert_non_null(progress_table(SLOTS_MAX));
	for (int self = 1; self >= 0; self--) {
		assert_int_equal(self ? 0 : set_up(NULL), 0);
		if (!self)
			assert_int_equal(leader_shell_wait(&s), 0);
		snprintf(path, sizeof path, "/proc/%d/maps", self ? (int)getpid() : (int)s.pid);
		f = fopen(path, "re");
		assert_non_null(f);
		n = getdelim(&maps, &cap, '\0', f);
		assert_true(n > 0);
		assert_int_equal(strstr(maps, counters) != NULL, self);
		assert_int_equal(strstr(maps, table) != NULL, self);
		fclose(f);
	}
	free(maps);
	counters_close();
	progress_close();
	unlink(counters);
}

/* Once it is ready, no signal that the keeper sends can fail for want of rights. */
static void
test_is_the_users(void **state)
{
	char path[64];
	uid_t real = (uid_t)-1;
	FILE *f;
	char line[256];

	(void)state;
	assert_int_equal(leader_shell_wait(&s), 0);
	assert_int_equal(s.dropped, -1);
	snprintf(path, sizeof path, "/proc/%d/status", (int)s.pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "Uid:", 4) == 0)
			real = (uid_t)strtoul(line + 4, NULL, 10);
	fclose(f);
	assert_int_equal(real, geteuid() ? geteuid() : NOBODY);
}

/* Sent before START: nobody's. */
static void
test_before_start(void **state)
{
	(void)state;
	assert_int_equal(leader_shell_wait(&s), 0);
	assert_int_equal(kill(s.pid, SIGUSR1), 0);
	assert_int_equal(kill(s.pid, SIGALRM), 0);
	for (int i = 0; i < 10000 && runs() && status_of("ShdPnd:"); i++)
		poll(NULL, 0, 1);
	start("exit 7");
	assert_int_equal(wait_end(), 7 << 8);
}

/* Sent after START, before the stub has read that: the shell's. */
static void
test_after_start(void **state)
{
	static const int numbers[] = { SIGUSR1, SIGINT, SIGALRM, SIGTERM };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		assert_int_equal(leader_shell_wait(&s), 0);
		wait_stopped();
		start("sleep 5");
		assert_int_equal(kill(s.pid, numbers[i]), 0);
		assert_int_equal(kill(s.pid, SIGCONT), 0);
		assert_int_equal(wait_end(), numbers[i]);
		tear_down(state);
		set_up(state);
	}
}

/* The shell begins as any program does. */
static void
test_begins_clean(void **state)
{
	static const char *const names[] = { "ShdPnd:", "SigBlk:", "SigIgn:", "SigCgt:" };
	char out[4096] = "";
	size_t len = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(leader_shell_wait(&s), 0);
	start("exec cat /proc/self/status");
	assert_int_equal(fcntl(s.pipes[1], F_SETFL, 0), 0);
	while ((n = read(s.pipes[1], out + len, sizeof out - 1 - len)) > 0)
		len += (size_t)n;
	assert_int_equal(wait_end(), 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *at = strstr(out, names[i]);

		assert_non_null(at);
		assert_int_equal(strtoull(at + strlen(names[i]), NULL, 16), 0);
	}
}

/* No START, and the keeper's end is closed. */
static void
test_no_start(void **state)
{
	(void)state;
	close(s.stub);
	s.stub = -1;
	assert_int_equal(wait_end(), 0);
	assert_int_equal(leader_shell_wait(&s), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_has_no_counters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_is_the_users, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_before_start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_after_start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_begins_clean, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_start, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
