/* SPDX-License-Identifier: MIT */
/* The test's own process stands for sshd, a child for its unprivileged half, a grandchild is the peer. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#include "caller.h"
#include "procref.h"
#include "procstat.h"

struct world {
	char dir[32];
	struct sockaddr_un at;
	int listener;
	struct login login;
	struct leaderreg session; /* whose leader is the test's own process, and whose shell is the middle one */
};

/* The register has the session of the test that runs, if there is one. */
static const struct leaderreg *in_register;

int __wrap_rundir_open(const char *path, mode_t mode);
int __wrap_leaderreg_read(struct leaderreg *e, int dir, const char *name);

int
__wrap_rundir_open(const char *path, mode_t mode)
{
	(void)path, (void)mode;
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
__wrap_leaderreg_read(struct leaderreg *e, int dir, const char *name)
{
	char own[LEADERREG_NAME];

	(void)dir;
	if (!in_register)
		return -ENOENT;
	leaderreg_name(in_register, own);
	if (strcmp(name, own) != 0)
		return -ENOENT;
	*e = *in_register;
	return 0;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct procstat self;

	assert_non_null(w);
	strcpy(w->dir, "/tmp/holdfast-peer-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->at.sun_family = AF_UNIX;
	snprintf(w->at.sun_path, sizeof w->at.sun_path, "%s/sock", w->dir);
	w->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&w->at, sizeof w->at), 0);
	assert_int_equal(listen(w->listener, 4), 0);
	assert_int_equal(procstat_read(getpid(), &self), 0);
	w->login.uid = getuid();
	w->login.sshd = getpid();
	w->login.start = self.start;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	close(w->listener);
	unlink(w->at.sun_path);
	rmdir(w->dir);
	free(w);
	return 0;
}

/* What the peer does before it connects: 0, or 1 when it can't be done here. */
typedef int prepare(void);

static int
nothing(void)
{
	return 0;
}

static int
no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0;
}

static int
own_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) != 0;
}

static int
own_mount_namespace(void)
{
	return unshare(CLONE_NEWNS) != 0;
}

static int
own_net_namespace(void)
{
	return unshare(CLONE_NEWNET) != 0;
}

static int
own_uts_namespace(void)
{
	return unshare(CLONE_NEWUTS) != 0;
}

static int
own_ipc_namespace(void)
{
	return unshare(CLONE_NEWIPC) != 0;
}

static int
own_cgroup_namespace(void)
{
	return unshare(CLONE_NEWCGROUP) != 0;
}

static int
forked_away(void)
{
	/* The middle one ends, so that we become somebody else's child. */
	kill(getppid(), SIGKILL);
	while (getppid() != 1 && prctl(PR_SET_PDEATHSIG, 0) == 0) {
		struct procstat s;

		if (procstat_read(getppid(), &s) || strcmp(s.comm, "test_caller") != 0)
			break;
		usleep(1000);
	}
	return 0;
}

/* In the grandchild: connects (77: can't do what P wants) and lives until the other end is closed. */
static void
be_peer(const struct world *w, prepare *p)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	char c;

	alarm(60);
	if (p()) {
		c = 's';
		if (connect(fd, (const struct sockaddr *)&w->at, sizeof w->at) == 0)
			send(fd, &c, 1, 0);
	} else if (connect(fd, (const struct sockaddr *)&w->at, sizeof w->at) == 0) {
		c = 'r';
		send(fd, &c, 1, 0);
	}
	while (recv(fd, &c, 1, 0) > 0)
		;
	_exit(0);
}

/* A connection from a grandchild that has done P. */
static int
connection(struct world *w, prepare *p, pid_t *middle)
{
	int fd;
	char c = 0;

	*middle = fork();
	assert_true(*middle >= 0);
	if (*middle == 0) {
		pid_t pid = fork();

		if (pid == 0)
			be_peer(w, p);
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	fd = accept(w->listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(recv(fd, &c, 1, 0), 1);
	if (c == 's') {
		close(fd);
		waitpid(*middle, NULL, 0);
		skip();
	}
	return fd;
}

static int
check(struct world *w, prepare *p, const struct login *l)
{
	const char *why = NULL;
	pid_t middle;
	int fd = connection(w, p, &middle), rc = caller_check(fd, l, &why);

	assert_non_null(why);
	assert_true(rc == 0 || *why);
	close(fd);
	waitpid(middle, NULL, 0);
	return rc;
}

static void
a_plain_descendant_is_inside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, nothing, &w->login), 0);
}

/* By its number alone, as a leader is told it. */
static void
a_pid(void **state)
{
	struct world *w = *state;
	struct login l = w->login;
	const char *why = NULL;
	pid_t middle, pid;
	int fd = connection(w, nothing, &middle);
	struct ucred cred;
	socklen_t len = sizeof cred;

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len), 0);
	pid = cred.pid;
	assert_int_equal(caller_check_pid(pid, &l, &why), 0);
	assert_true(procref_peer_lives(fd));
	l.uid++;
	assert_int_equal(caller_check_pid(pid, &l, &why), -EPERM);
	l = w->login;
	l.start++;
	assert_int_equal(caller_check_pid(pid, &l, &why), -EPERM);
	assert_int_equal(caller_check_pid(0, &w->login, &why), -EPERM);
	assert_int_equal(caller_check_pid(-1, &w->login, &why), -EPERM);
	assert_int_equal(caller_check_pid(1, &w->login, &why), -EPERM);
	assert_int_equal(caller_check_pid(getpid(), &w->login, &why), -EPERM);
	assert_int_equal(caller_check_pid(0x7ffffffe, &w->login, &why), -EPERM);
	shutdown(fd, SHUT_WR);
	waitpid(middle, NULL, 0);
	assert_int_equal(caller_check_pid(pid, &w->login, &why), -EPERM);
	assert_string_equal(why, "the calling process has ended");
	len = sizeof middle;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &middle, &len) == 0 || errno != ENOPROTOOPT)
		assert_false(procref_peer_lives(fd));
	close(fd);
}

/*
 * What caller_check_session says of a peer that has done P, when MIDDLE stands in the register as the shell, with its
 * start and SKEW; NULL: no answer is expected.
 */
static int
check_session(struct world *w, prepare *p, uint64_t skew, const char **why)
{
	char label[PROCFILE_LABEL_CAP];
	struct procstat shell;
	struct leaderreg got;
	pid_t middle;
	int fd = connection(w, p, &middle), rc;

	memset(&shell, 0, sizeof shell);
	procstat_read(middle, &shell);
	w->session = (struct leaderreg){ .uid = w->login.uid, .pid = w->login.sshd, .start = w->login.start, .id = 7,
	                                 .keeper = 1, .shell = middle, .shell_start = shell.start + skew };
	in_register = &w->session;
	rc = caller_check_session(fd, &got, label, why);
	in_register = NULL;
	if (!rc)
		assert_memory_equal(&got, &w->session, sizeof got);
	close(fd);
	waitpid(middle, NULL, 0);
	return rc;
}

static void
a_session(void **state)
{
	struct world *w = *state;
	const char *why;

	assert_int_equal(check_session(w, nothing, 0, &why), 0);
	assert_string_equal(why, "");
	assert_int_equal(check_session(w, nothing, 1, &why), -EPERM);
	assert_string_equal(why, "it does not descend from the session's shell");
	assert_int_equal(check_session(w, no_new_privs, 0, &why), -EPERM);
	assert_int_equal(check_session(w, forked_away, 0, &why), -ECHILD);
	w->login.start++;
	assert_int_equal(check_session(w, nothing, 0, &why), -ECHILD);
	w->login.start--;
	w->login.uid++;
	assert_int_equal(check_session(w, nothing, 0, &why), -ECHILD);
}

static void
a_session_and_namespaces(void **state)
{
	static prepare *const ways[] = { own_uts_namespace, own_ipc_namespace, own_cgroup_namespace, own_mount_namespace,
	                                 own_net_namespace };
	struct world *w = *state;
	const char *why;

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		assert_int_equal(check_session(w, ways[i], 0, &why), -EPERM);
}

/* Its uid is that of the session's user, and one in between is another user's: as with sudo. */
static int
as_another(void)
{
	return setresuid(4711, 4711, 4711) != 0;
}

static void
a_session_of_another_user(void **state)
{
	struct world *w = *state;
	uid_t own = w->login.uid;
	const char *why;

	if (own)
		skip();
	assert_int_equal(chmod(w->dir, 0755) || chmod(w->at.sun_path, 0777), 0);
	/* The session is that user's, and its shell is root's. */
	w->login.uid = 4711;
	assert_int_equal(check_session(w, as_another, 0, &why), -EPERM);
	assert_string_equal(why, "a process of another user stands between it and the session's shell");
	w->login.uid = own;
	assert_int_equal(check_session(w, as_another, 0, &why), -ECHILD);
}

/* A process that sshd has not executed as a shell, with a right to everything else. */
static void
not_a_hook(void **state)
{
	struct world *w = *state;
	const struct ticket ticket = { { 1 } };
	const char *why = NULL;
	pid_t middle;
	int fd = connection(w, nothing, &middle);

	assert_int_equal(caller_check(fd, &w->login, &why), 0);
	assert_int_equal(caller_check_hook(fd, &w->login, &ticket, "/bin/bash", &why), -ENOEXEC);
	assert_true(*why);
	close(fd);
	waitpid(middle, NULL, 0);
}

static void
other_namespaces_are_outside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, own_uts_namespace, &w->login), -EPERM);
	assert_int_equal(check(w, own_ipc_namespace, &w->login), -EPERM);
	assert_int_equal(check(w, own_cgroup_namespace, &w->login), -EPERM);
}

static void
restrictions_are_outside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, no_new_privs, &w->login), -EPERM);
}

static void
a_user_namespace_is_outside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, own_user_namespace, &w->login), -EPERM);
}

static void
a_mount_namespace_is_outside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, own_mount_namespace, &w->login), -EPERM);
}

static void
a_net_namespace_is_outside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, own_net_namespace, &w->login), -EPERM);
}

static void
an_orphan_is_outside(void **state)
{
	struct world *w = *state;

	assert_int_equal(check(w, forked_away, &w->login), -EPERM);
}

static void
another_login_is_outside(void **state)
{
	struct world *w = *state;
	struct login l = w->login;

	l.start++;
	assert_int_equal(check(w, nothing, &l), -EPERM);
	l = w->login;
	l.sshd = 0x7ffffffe;
	assert_int_equal(check(w, nothing, &l), -EPERM);
	l = w->login;
	l.uid++;
	assert_int_equal(check(w, nothing, &l), -EPERM);
}

static void
sshd_itself_is_outside(void **state)
{
	struct world *w = *state;
	const char *why;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), conn;

	assert_int_equal(connect(fd, (struct sockaddr *)&w->at, sizeof w->at), 0);
	conn = accept(w->listener, NULL, NULL);
	assert_true(conn >= 0);
	assert_int_equal(caller_check(conn, &w->login, &why), -EPERM);
	close(conn);
	close(fd);
}

static void
a_peer_that_is_gone_is_outside(void **state)
{
	struct world *w = *state;
	const char *why;
	pid_t middle;
	int fd = connection(w, nothing, &middle);

	shutdown(fd, SHUT_WR);
	waitpid(middle, NULL, 0);
	assert_int_equal(caller_check(fd, &w->login, &why), -EPERM);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plain_descendant_is_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pid, setup, teardown),
		cmocka_unit_test_setup_teardown(a_session, setup, teardown),
		cmocka_unit_test_setup_teardown(a_session_and_namespaces, setup, teardown),
		cmocka_unit_test_setup_teardown(a_session_of_another_user, setup, teardown),
		cmocka_unit_test_setup_teardown(not_a_hook, setup, teardown),
		cmocka_unit_test_setup_teardown(other_namespaces_are_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(restrictions_are_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(a_user_namespace_is_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(a_mount_namespace_is_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(a_net_namespace_is_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(an_orphan_is_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(another_login_is_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(sshd_itself_is_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(a_peer_that_is_gone_is_outside, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
