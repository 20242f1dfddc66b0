/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peercred.h"
#include "signals.h"

/* What a child that ends by NUMBER leaves to wait(2); with the signal blocked and ignored first, if HINDERED. */
static int
status_of(int number, bool hindered)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		sigset_t set;

		sigfillset(&set);
		if (hindered) {
			signal(number, SIG_IGN);
			sigprocmask(SIG_BLOCK, &set, NULL);
			signals_reset();
		}
		_exit(signals_end_by(number));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_end_by(void **state)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGKILL, SIGSEGV, SIGPIPE };

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		for (int hindered = 0; hindered < 2; hindered++) {
			int status = status_of(numbers[i], hindered);

			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i] && !WCOREDUMP(status));
		}
	assert_int_equal(WEXITSTATUS(status_of(SIGCHLD, false)), 128 + SIGCHLD);
}

static const int request[] = { SIGTERM, 0 };

/* Sends itself all that neither ends a process by force nor stands for a fault: how it ended, 0 if by none. */
static int
status_after_all(void (*choose)(const int *))
{
	static const int left[] = { SIGKILL, SIGSTOP, SIGTERM, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		signals_reset();
		choose(request);
		for (int sig = 1; sig <= 64; sig++) {
			bool sent = true;

			for (size_t i = 0; i < sizeof left / sizeof *left; i++)
				sent = sent && sig != left[i];
			if (sent)
				kill(getpid(), sig);
		}
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	return status;
}

static void
choose_none(const int *kept)
{
	(void)kept;
}

static void
test_lets_pass(void **state)
{
	(void)state;
	assert_int_equal(status_after_all(signals_ignore), 0);
	assert_int_equal(status_after_all(signals_catch), 0);
	assert_true(WIFSIGNALED(status_after_all(choose_none)));
}

/* What an exec leaves: nothing is ignored, nothing blocked; and what was kept has its meaning. */
static void
test_kept_and_reset(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		signals_ignore(request);
		signals_block();
		signals_reset();
		kill(getpid(), 33);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == 33);
	pid = fork();
	if (pid == 0) {
		signals_reset();
		signals_ignore(request);
		kill(getpid(), SIGTERM);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

/* The process's own alarm ends it, another's SIGALRM does not. */
static void
test_alarm(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		signals_alarm(1);
		if (kill(getpid(), SIGALRM) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	pid = fork();
	if (pid == 0) {
		signals_alarm(60);
		kill(getpid(), SIGALRM);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
test_peercred(void **state)
{
	struct ucred cred = { 1, 2, 3 };
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true(peercred_get(-1, &cred) < 0);
	assert_int_equal(cred.gid, 3);
	assert_int_equal(peercred_get(pair[0], &cred), 0);
	assert_int_equal(cred.pid, getpid());
	assert_int_equal(cred.uid, geteuid());
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end_by),
		cmocka_unit_test(test_lets_pass),
		cmocka_unit_test(test_kept_and_reset),
		cmocka_unit_test(test_alarm),
		cmocka_unit_test(test_peercred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
