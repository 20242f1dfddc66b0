/* SPDX-License-Identifier: MIT */
/* reexec: the program that is asked first, an execution that fails, and the descriptors of the new program. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reexec.h"

static void
a_program_is_asked_first(void **state)
{
	static char sleeper[] = "/tmp/test_handover.XXXXXX";
	int memory = open("/dev/null", O_RDWR | O_CLOEXEC), fd = mkstemp(sleeper);

	(void)state;
	assert_true(memory >= 0 && fd >= 0);
	assert_int_equal(write(fd, "#!/bin/sh\nexec sleep 60\n", 24), 24);
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	assert_int_equal(reexec_check("/bin/true", memory), 0);
	assert_int_equal(reexec_check("/bin/false", memory), -EPROTO);
	assert_int_equal(reexec_check("/nowhere/at/all", memory), -ENOENT);
	assert_int_equal(reexec_check("/etc/passwd", memory), -EACCES);
	assert_int_equal(reexec_check(sleeper, memory), -ETIMEDOUT);
	/* None is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	unlink(sleeper);
	close(memory);
}

static void
an_execution_that_fails_changes_nothing(void **state)
{
	int fds[2], memory = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(reexec_run("/nowhere/at/all", memory, fds, 2), -ENOENT);
	assert_int_equal(reexec_run("/etc/passwd", memory, fds, 2), -EACCES);
	assert_int_equal(fcntl(memory, F_GETFD), FD_CLOEXEC);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		close(fds[i]);
	}
	close(memory);
}

/* In a child: everything but MEMORY and FDS is closed, and these are close-on-exec.  Its exit status. */
static int
arrive(int memory, int *fds, int other)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fcntl(fds[0], F_SETFD, 0);
		_exit(reexec_arrive(memory, fds, 2) || fcntl(other, F_GETFD) >= 0 || fcntl(memory, F_GETFD) != FD_CLOEXEC ||
		      fcntl(fds[0], F_GETFD) != FD_CLOEXEC || fcntl(fds[1], F_GETFD) != FD_CLOEXEC);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void
a_new_program_has_what_it_was_given(void **state)
{
	int fds[2], memory = open("/dev/null", O_RDWR), other = dup(memory), far = fcntl(memory, F_DUPFD, 200);

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(arrive(memory, fds, other), 0);
	assert_int_equal(arrive(memory, fds, far), 0);
	close(fds[1]);
	assert_int_equal(arrive(memory, fds, other), 1);
	close(fds[0]);
	close(memory);
	close(other);
	close(far);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_asked_first),
		cmocka_unit_test(an_execution_that_fails_changes_nothing),
		cmocka_unit_test(a_new_program_has_what_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
