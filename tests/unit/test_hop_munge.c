/* SPDX-License-Identifier: MIT */
/*
 * munge's credentials as vouchers (hop_munge.h), against a real munged in a mount namespace of its own.  Without root or
 * munged there is little to test.
 */
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hop_munge.h"
#include "hop_munge_library.h"

#ifdef HAVE_MUNGE_H
#include <munge.h>

#define SAME(name) _Static_assert((int)MUNGE_##name == (int)EMUNGE_##name, "as munge.h has it")
SAME(SUCCESS);
SAME(SNAFU);
SAME(NO_MEMORY);
SAME(SOCKET);
SAME(TIMEOUT);
SAME(CRED_EXPIRED);
SAME(CRED_REWOUND);
#endif

#define KEY "/run/munge/key"
#define SOCKET "/run/munge/munge.socket.2"

static char error[TEXT_CAP];
static pid_t daemon_pid;

/* munged, as root and for this process alone. */
static int
begin(void **state)
{
	unsigned char key[1024];
	int fd;

	(void)state;
	if (geteuid() != 0 || access("/usr/sbin/munged", X_OK) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 0;
	mkdir("/run/munge", 0755);
	if (mount("none", "/run/munge", "tmpfs", 0, "mode=755"))
		return 0;
	memset(key, 7, sizeof key);
	fd = open(KEY, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, key, sizeof key), sizeof key);
	close(fd);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		alarm(120);
		execl("/usr/sbin/munged", "munged", "-F", "--key-file=" KEY, "--socket=" SOCKET, "--log-file=/run/munge/log",
		      "--pid-file=/run/munge/pid", "--seed-file=/run/munge/seed", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && access(SOCKET, F_OK); i++)
		usleep(20000);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	if (daemon_pid > 0) {
		kill(daemon_pid, SIGTERM);
		waitpid(daemon_pid, NULL, 0);
	}
	return 0;
}

static void
needs_munged(void)
{
	if (access(SOCKET, F_OK) || daemon_pid <= 0)
		skip();
}

static unsigned char cred[4096];

static int
make(const char *claim)
{
	int n = hop_munge_make(claim, strlen(claim), cred, sizeof cred, error);

	if (n < 0)
		fail_msg("%s", error);
	return n;
}

static int
check(const char *claim, size_t len)
{
	return hop_munge_check(claim, strlen(claim), cred, len, error);
}

static void
the_same_claim(void **state)
{
	int n;

	(void)state;
	needs_munged();
	n = make("claim");
	assert_int_equal(check("claim", (size_t)n), 0);
	/* munged itself has not forgotten it. */
	assert_int_equal(check("claim", (size_t)n), -EKEYREJECTED);
	assert_non_null(strstr(error, "eplay"));
}

static void
another_claim(void **state)
{
	static const char *const others[] = { "clain", "clai", "claims", "" };

	(void)state;
	needs_munged();
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		int n = make("claim");

		assert_int_equal(check(others[i], (size_t)n), -EKEYREJECTED);
		assert_non_null(strstr(error, "another claim"));
	}
}

static void
no_credential(void **state)
{
	int n;

	(void)state;
	needs_munged();
	n = make("claim");
	assert_int_equal(check("claim", (size_t)n - 2), -EKEYREJECTED);
	cred[n / 2] ^= 1;
	assert_int_equal(check("claim", (size_t)n), -EKEYREJECTED);
	assert_int_equal(hop_munge_check("claim", 5, "MUNGE:::", 8, error), -EKEYREJECTED);
	assert_int_equal(hop_munge_check("claim", 5, "\0", 1, error), -EKEYREJECTED);
	assert_int_equal(hop_munge_make("claim", 5, cred, 10, error), -EMSGSIZE);
}

/* A credential of the user nobody's, who can ask munged as anybody can. */
static void
not_roots(void **state)
{
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	(void)state;
	needs_munged();
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		unsigned char made[4096];
		int len;

		if (setgid(65534) || setuid(65534))
			_exit(1);
		len = hop_munge_make("claim", 5, made, sizeof made, error);
		_exit(len < 0 || write(pipes[1], made, (size_t)len) != len);
	}
	close(pipes[1]);
	n = read(pipes[0], cred, sizeof cred);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(check("claim", (size_t)n), -EKEYREJECTED);
	assert_non_null(strstr(error, "uid 65534"));
}

#ifdef HAVE_MUNGE_H
/* Its time counts for nothing: one that munge calls expired is as good. */
static void
expired(void **state)
{
	void *library = dlopen("libmunge.so.2", RTLD_NOW);
	__typeof__(munge_ctx_create) *create;
	__typeof__(munge_ctx_destroy) *destroy;
	__typeof__(munge_ctx_set) *set;
	__typeof__(munge_encode) *encode;
	munge_ctx_t ctx;
	char *text;

	(void)state;
	needs_munged();
	assert_non_null(library);
	create = (__typeof__(munge_ctx_create) *)dlsym(library, "munge_ctx_create");
	destroy = (__typeof__(munge_ctx_destroy) *)dlsym(library, "munge_ctx_destroy");
	set = (__typeof__(munge_ctx_set) *)dlsym(library, "munge_ctx_set");
	encode = (__typeof__(munge_encode) *)dlsym(library, "munge_encode");
	assert_true(create && destroy && set && encode);
	ctx = create();
	assert_int_equal(set(ctx, MUNGE_OPT_TTL, 1), EMUNGE_SUCCESS);
	assert_int_equal(encode(&text, ctx, "claim", 5), EMUNGE_SUCCESS);
	destroy(ctx);
	sleep(3);
	assert_int_equal(hop_munge_check("claim", 5, text, strlen(text), error), 0);
	assert_int_equal(hop_munge_check("clain", 5, text, strlen(text), error), -EKEYREJECTED);
	free(text);
}
#endif

static void
no_munged(void **state)
{
	int n;

	(void)state;
	needs_munged();
	n = make("claim");
	kill(daemon_pid, SIGTERM);
	waitpid(daemon_pid, NULL, 0);
	daemon_pid = 0;
	assert_int_equal(check("claim", (size_t)n), -EIO);
	assert_int_equal(hop_munge_make("claim", 5, cred, sizeof cred, error), -EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_claim),
		cmocka_unit_test(another_claim),
		cmocka_unit_test(no_credential),
		cmocka_unit_test(not_roots),
#ifdef HAVE_MUNGE_H
		cmocka_unit_test(expired),
#endif
		cmocka_unit_test(no_munged),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
