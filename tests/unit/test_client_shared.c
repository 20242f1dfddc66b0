/* SPDX-License-Identifier: MIT */
/* An ssh that shares its connection: it is told to end, and asked whether it lives (sshmaster.h, transport.h). */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "factory.h"
#include "list.h"
#include "sshconfig.h"
#include "sshmaster.h"
#include "target.h"
#include "target_state.h"

static char dir[] = "/tmp/hfsharedXXXXXX";

static char *
path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

/* Plays a master at PATH for one request, which it answers with ANSWER; exits with 0 if that was WANT. */
static pid_t
play_master(const char *path, uint32_t want, uint32_t answer)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	uint32_t in[6], out[] = { htonl(8), htonl(1), htonl(4), htonl(8), htonl(answer), 0 };
	pid_t pid;

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	assert_int_equal(bind(listener, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (pid == 0) {
		int fd = accept(listener, NULL, NULL);
		bool good = recv(fd, in, sizeof in, MSG_WAITALL) == sizeof in;

		for (int i = 0; i < 6; i++)
			in[i] = ntohl(in[i]);
		good = good && in[0] == 8 && in[1] == 1 && in[2] == 4 && in[3] == 8 && in[4] == want;
		_exit(good && send(fd, out, answer ? sizeof out : 8, 0) > 0 ? 0 : 1);
	}
	close(listener);
	return pid;
}

static void
ends_a_master(void **state)
{
	static const struct {
		enum sshmaster_end when;
		uint32_t want, answer;
		int result;
	} cases[] = {
		{ SSHMASTER_NOW, 0x10000005, 0x80000001, 0 }, { SSHMASTER_AFTER, 0x10000009, 0x80000001, 0 },
		{ SSHMASTER_AFTER, 0x10000009, 0x80000002, -EACCES }, { SSHMASTER_NOW, 0x10000005, 7, -EBADMSG },
		{ SSHMASTER_NOW, 0x10000005, 0, -EPIPE },
	};
	int status;

	(void)state;
	assert_int_equal(sshmaster_end(path_of("master"), SSHMASTER_NOW), -ENOENT);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		pid_t pid = play_master(path_of("master"), cases[i].want, cases[i].answer);

		assert_int_equal(sshmaster_end(path_of("master"), cases[i].when), cases[i].result);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		unlink(path_of("master"));
	}
}

/* The socket of a master that has gone stays. */
static void
leave_socket(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	close(fd);
}

/* Whether what an ssh was given that says nothing may have reached the host; MASTER: it is to share a connection. */
static bool
may_reach(enum target_style style, bool master)
{
	static const struct transport_asking asking = { .say = NULL };
	struct sshconfig *c = sshconfig_new();
	struct transport_target target = { .config = c, .asked_command = true, .command = list_new(),
		.options = list_new(), .destination = strdup("host"), .style = style };
	struct transport *t;
	bool reaches;

	assert_non_null(c);
	c->host = strdup("host");
	c->control_path = master ? strdup(path_of("master")) : NULL;
	assert_int_equal(list_add(&target.command, path_of("ssh")), 0);
	t = transport_new(&target, &asking);
	assert_non_null(t);
	assert_int_equal(t->ops->start(t, TRANSPORT_SUBSYSTEM, NULL), 0);
	assert_int_equal(t->state == TRANSPORT_OPEN, master || style != STYLE_SSH);
	reaches = transport_reaches(t);
	transport_free(t);
	sshconfig_free(c);
	list_free(target.command);
	list_free(target.options);
	free(target.destination);
	return reaches;
}

static void
tells_whether_it_is_logged_in(void **state)
{
	FILE *f = fopen(path_of("ssh"), "we");
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nexec cat >/dev/null\n");
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path_of("ssh"), 0755), 0);

	assert_false(may_reach(STYLE_SSH, false));
	assert_true(may_reach(STYLE_OTHER, false));
	leave_socket(path_of("master"));
	assert_int_equal(sshmaster_lives(path_of("master")), -ECONNREFUSED);
	assert_false(may_reach(STYLE_SSH, true));
	unlink(path_of("master"));
	pid = play_master(path_of("master"), 0x10000004, 0x80000005);
	assert_true(may_reach(STYLE_SSH, true));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	unlink(path_of("master"));
	unlink(path_of("ssh"));
}

static int
make_dir(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	alarm(120);
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_a_master),
		cmocka_unit_test(tells_whether_it_is_logged_in),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
