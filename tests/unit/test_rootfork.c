/* SPDX-License-Identifier: MIT */
/* The test's own process, root's, stands for sshd's monitor. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rootfork.h"

#define USER 65534

static char dir[] = "/tmp/holdfast-rootfork-XXXXXX", copy[64];
static struct sockaddr_un at = { .sun_family = AF_UNIX };
static int listener;

static void
copy_ourselves(void)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	ssize_t n;

	snprintf(copy, sizeof copy, "%s/other", dir);
	to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	assert_true(from >= 0 && to >= 0);
	while ((n = sendfile(to, from, NULL, 1 << 20)) > 0)
		;
	assert_int_equal(n, 0);
	close(from);
	assert_int_equal(close(to), 0);
}

static int
setup(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(at.sun_path, sizeof at.sun_path, "%s/sock", dir);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(chmod(at.sun_path, 0666), 0);
	assert_int_equal(listen(listener, 4), 0);
	copy_ourselves();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	close(listener);
	unlink(at.sun_path);
	unlink(copy);
	return rmdir(dir);
}

/* Connects and lives until the other end is closed. */
static void
be_peer(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char c;

	alarm(60);
	if (connect(fd, (const struct sockaddr *)sa, sizeof *sa) == 0 && read(fd, &c, 1) < 0)
		_exit(1);
	_exit(0);
}

static void
become_user(void)
{
	if (setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
		_exit(1);
}

static void
a_fork(void)
{
	become_user();
	be_peer(&at);
}

static void
a_fork_that_can_be_looked_at(void)
{
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	be_peer(&at);
}

static void
a_root(void)
{
	be_peer(&at);
}

static void
another_program(void)
{
	become_user();
	execl(copy, copy, at.sun_path, (char *)NULL);
	_exit(1);
}

static void
a_users_fork(void)
{
	become_user();
	if (fork() == 0)
		be_peer(&at);
	wait(NULL);
	_exit(0);
}

/* What is said of a child of ours that does CONNECT. */
static int
check(void (*connect_as)(void))
{
	pid_t pid = fork();
	int fd, rc;

	assert_true(pid >= 0);
	if (pid == 0)
		connect_as();
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	rc = rootfork_check_peer(fd);
	close(fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return rc;
}

static void
who_has_executed_nothing(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(check(a_fork), -EPERM);
	assert_int_equal(check(a_fork_that_can_be_looked_at), -EPERM);
}

static void
others(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(check(a_root), 0);
	assert_int_equal(check(another_program), 0);
	assert_int_equal(check(a_users_fork), 0);
}

/* As a keeper: who asks is a user's process, and can't see which program root's one runs. */
static void
seen_by_the_user(void **state)
{
	pid_t asked, asks;
	int status, fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	asked = fork();
	if (asked == 0)
		a_fork_that_can_be_looked_at();
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	asks = fork();
	if (asks == 0) {
		become_user();
		_exit(rootfork_check_peer(fd) == -EPERM ? 0 : 1);
	}
	assert_int_equal(waitpid(asks, &status, 0), asks);
	assert_int_equal(status, 0);
	close(fd);
	waitpid(asked, NULL, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_executed_nothing),
		cmocka_unit_test(others),
		cmocka_unit_test(seen_by_the_user),
	};

	if (argc > 1) {
		snprintf(at.sun_path, sizeof at.sun_path, "%s", argv[1]);
		be_peer(&at);
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
