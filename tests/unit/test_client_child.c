/* SPDX-License-Identifier: MIT */
/* auth_child: which questions of an ssh that is our child are answered from what was typed before. */
#include "unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "askpass.h"
#include "auth_child.h"
#include "list.h"
#include "secrets.h"
#include "sshprogram.h"

#define LIMIT_S 60

static char dir[] = "/tmp/hfchildXXXXXX", program[64];
static struct transport_target target;
static struct askpass askpass;
static unsigned asked;

static int
secret(void *object, const char *prompt, bool echo, char *answer, size_t cap)
{
	(void)object, (void)prompt, (void)echo;
	asked++;
	snprintf(answer, cap, "typed");
	return 0;
}

static const struct transport_asking asking = { .secret = secret };

static void
ssh_is(const char *version)
{
	FILE *f = fopen(program, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n[ \"$1\" = -V ] && echo '%s' >&2\n", version);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0755), 0);
	target.ssh_version = 0;
}

static int
setup(void **state)
{
	(void)state;
	alarm(LIMIT_S);
	if (!mkdtemp(dir))
		return -1;
	setenv("XDG_RUNTIME_DIR", dir, 1);
	snprintf(program, sizeof program, "%s/ssh", dir);
	target.command = list_new();
	target.config = sshconfig_new();
	target.secrets = secrets_new();
	target.config->user = strdup("alice");
	target.config->host = strdup("h");
	target.config->hostname = strdup("h.example");
	return list_add(&target.command, program) < 0 ||
	       list_add(&target.config->identity_files, "/home/alice/.ssh/id") < 0 ||
	       askpass_open(&askpass) < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	askpass_close(&askpass);
	list_free(target.command);
	sshconfig_free(target.config);
	secrets_free(target.secrets);
	unlink(program);
	rmdir(dir);
	return 0;
}

/* As holdfast-askpass puts it. */
static void
ask(const char *text)
{
	struct pollfd p = { .fd = askpass.listener, .events = POLLIN };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct auth_child c = { .count = 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[64];

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s/ask", askpass.dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(send(fd, "s", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_int_equal(poll(&p, 1, LIMIT_S * 1000), 1);
	assert_int_equal(auth_child_serve(&c, &askpass, &target, &asking), 0);
	assert_int_equal(recv(fd, answer, sizeof answer, MSG_WAITALL), 6);
	assert_memory_equal(answer, "ytyped", 6);
	close(fd);
}

/* Whether the second ssh that asks this gets the answer without the person. */
static bool
is_kept(const char *text)
{
	secrets_free(target.secrets);
	target.secrets = secrets_new();
	asked = 0;
	ask(text);
	ask(text);
	return asked == 1;
}

#define PASSPHRASE "Enter passphrase for key '/home/alice/.ssh/id': "
#define PASSWORD "alice@h's password: "
#define PROMPT "(alice@h) Password: "

/* Before 8.5 a host may word its own prompts like any of these. */
static void
trusts_words_of_newer_ssh(void **state)
{
	static const struct { const char *says; unsigned version; } rows[] = {
		{ "OpenSSH_8.4p1 Debian-5+deb11u3, OpenSSL 1.1.1w", 804 }, { "OpenSSH_8.5p1", 805 },
		{ "OpenSSH_10.0p2 Debian-7, OpenSSL 3.5", 1000 }, { "OpenSSH_for_Windows_9.5p1, LibreSSL", 905 },
		{ "another ssh 9.9", 0 }, { "OpenSSH_", 0 }, { "", 0 },
	};

	(void)state;
	if (!target.secrets)
		skip(); /* no memory can be locked here */
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ssh_is(rows[i].says);
		assert_int_equal(sshprogram_version(program), rows[i].version);
		assert_int_equal(is_kept(PASSPHRASE), rows[i].version >= 805);
		assert_int_equal(is_kept(PASSWORD), rows[i].version >= 805);
		assert_int_equal(is_kept(PROMPT), rows[i].version >= 805);
	}
}

static void
keeps_what_is_ours(void **state)
{
	static const struct { const char *jump, *command; bool password; } rows[] = {
		{ NULL, NULL, true }, { "j", NULL, true }, { "a@j:22,ssh://b@[fe80::1]:22", NULL, true },
		{ "H", NULL, false }, { "j,alice@h:2222", NULL, false }, { "ssh://alice@h.example", NULL, false },
		{ "[h]:22", NULL, false }, { NULL, "ssh -W %h:%p j", false },
	};

	(void)state;
	if (!target.secrets)
		skip();
	ssh_is("OpenSSH_9.2p1");
	assert_false(is_kept("Enter passphrase for key '/home/alice/other': "));
	assert_false(is_kept("(mallory@j) alice@h's password: "));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		target.config->proxy_jump = rows[i].jump ? strdup(rows[i].jump) : NULL;
		target.config->proxy_command = rows[i].command ? strdup(rows[i].command) : NULL;
		assert_int_equal(is_kept(PASSWORD), rows[i].password);
		assert_int_equal(is_kept(PROMPT), rows[i].password);
		assert_int_equal(is_kept("bob@j's password: "), rows[i].password);
		assert_true(is_kept(PASSPHRASE));
		free(target.config->proxy_jump);
		free(target.config->proxy_command);
		target.config->proxy_jump = target.config->proxy_command = NULL;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusts_words_of_newer_ssh),
		cmocka_unit_test(keeps_what_is_ours),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
