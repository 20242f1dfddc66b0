/* SPDX-License-Identifier: MIT */
/* A keeper of our own making, with a shell in a session of its own and a job in another: all of it is killed. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procstat.h"
#include "slay.h"

struct family {
	volatile pid_t keeper, shell, job;
};

static struct family *f;

static void
wait_for(volatile pid_t *pid)
{
	while (!*pid)
		poll(NULL, 0, 1);
}

static void __attribute__((noreturn))
be_forever(void)
{
	for (;;)
		pause();
}

static void __attribute__((noreturn))
be_shell(void)
{
	setsid();
	signal(SIGHUP, SIG_IGN);
	/* A job that has left its parent: known by its session alone. */
	if (fork() == 0) {
		if (fork() == 0) {
			while (getppid() == f->shell)
				poll(NULL, 0, 1);
			f->job = getpid();
			be_forever();
		}
		_exit(0);
	}
	f->shell = getpid();
	be_forever();
}

static void __attribute__((noreturn))
be_keeper(void)
{
	setsid();
	f->keeper = getpid();
	if (fork() == 0)
		be_shell();
	be_forever();
}

static bool
is_there(pid_t pid)
{
	struct procstat st;

	return procstat_read(pid, &st) == 0 && st.state != 'Z' && st.state != 'X';
}

static void
a_session_without_a_scope(void **state)
{
	struct procstat st, self;
	struct slay what;
	pid_t stranger;
	int status;

	(void)state;
	f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f, MAP_FAILED);
	if (fork() == 0)
		be_keeper();
	stranger = fork();
	assert_true(stranger >= 0);
	if (stranger == 0)
		be_forever();
	wait_for(&f->keeper);
	wait_for(&f->shell);
	wait_for(&f->job);
	assert_int_equal(slay_shell_session(f->keeper), f->shell);
	assert_int_equal(procstat_read(f->keeper, &st), 0);
	assert_int_equal(procstat_read(getpid(), &self), 0);
	/* Of another start it is another process: nothing happens. */
	assert_int_equal(slay_one(f->keeper, st.start + 1), -ESRCH);
	assert_true(is_there(f->keeper));
	kill(f->keeper, SIGSTOP);
	what = (struct slay){ .keeper = f->keeper, .keeper_start = st.start, .leader = getpid(),
		              .leader_start = self.start };
	assert_true(slay_session(&what) >= 3);
	assert_int_equal(waitpid(f->keeper, &status, 0), f->keeper);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (is_there(f->shell) || is_there(f->job))
		poll(NULL, 0, 1);
	assert_true(is_there(stranger));
	kill(stranger, SIGKILL);
	waitpid(stranger, &status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_without_a_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
