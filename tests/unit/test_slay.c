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
be_keeper(bool has_shell)
{
	setsid();
	f->keeper = getpid();
	if (has_shell && fork() == 0)
		be_shell();
	be_forever();
}

static bool
is_there(pid_t pid)
{
	struct procstat st;

	return procstat_read(pid, &st) == 0 && st.state != 'Z' && st.state != 'X';
}

static uint64_t
start_of(pid_t pid)
{
	struct procstat st;

	assert_int_equal(procstat_read(pid, &st), 0);
	return st.start;
}

/* The shell is a child of the keeper, or of the leader, which the test is. */
static void
make_family(bool keepers)
{
	f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f, MAP_FAILED);
	if (fork() == 0)
		be_keeper(keepers);
	if (!keepers && fork() == 0)
		be_shell();
	wait_for(&f->keeper);
	wait_for(&f->shell);
	wait_for(&f->job);
}

/* All three are killed once, and STRANGER is not. */
static void
all_are_slain(const struct slay *what, pid_t stranger)
{
	int status;

	assert_true(slay_session(what) >= 3);
	while (is_there(f->keeper) || is_there(f->shell) || is_there(f->job))
		poll(NULL, 0, 1);
	/* What waits for its parent is no work for another round. */
	assert_int_equal(slay_session(what), 0);
	assert_int_equal(waitpid(f->keeper, &status, 0), f->keeper);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_true(is_there(stranger));
	kill(stranger, SIGKILL);
	waitpid(stranger, &status, 0);
	munmap(f, sizeof *f);
}

static pid_t
make_stranger(void)
{
	pid_t stranger = fork();

	assert_true(stranger >= 0);
	if (stranger == 0)
		be_forever();
	return stranger;
}

static void
a_session_without_a_scope(void **state)
{
	pid_t stranger = make_stranger();
	struct slay what;

	(void)state;
	make_family(true);
	assert_int_equal(slay_shell_session(f->keeper), f->shell);
	/* Of another start it is another process: nothing happens. */
	assert_int_equal(slay_one(f->keeper, start_of(f->keeper) + 1), -ESRCH);
	assert_true(is_there(f->keeper));
	kill(f->keeper, SIGSTOP);
	what = (struct slay){ .keeper = f->keeper, .keeper_start = start_of(f->keeper), .leader = getpid(),
		              .leader_start = start_of(getpid()) };
	all_are_slain(&what, stranger);
}

static void
a_shell_of_the_leader(void **state)
{
	pid_t stranger = make_stranger();
	struct slay what;

	(void)state;
	make_family(false);
	what = (struct slay){ .keeper = f->keeper, .keeper_start = start_of(f->keeper), .leader = getpid(),
		              .leader_start = start_of(getpid()), .shell = f->shell,
		              .shell_start = start_of(f->shell) };
	all_are_slain(&what, stranger);
	assert_int_equal(waitpid(what.shell, NULL, 0), what.shell);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_without_a_scope),
		cmocka_unit_test(a_shell_of_the_leader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
