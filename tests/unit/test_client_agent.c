/* SPDX-License-Identifier: MIT */
/* auth_agent: what an ssh agent may say, and the filter between it and libssh. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth_agent.h"
#include "auth_agent_bind.h"
#include "sshconfig.h"

#define LIMIT_MS 10000
#define KEYS_ARE 12
#define KEYS_PLEASE 11
#define FAILURE 5
#define SIGN 13
#define SIGNATURE 14

static int agent, ours; /* the two ends of the connection to the agent */

static int
setup(void **state)
{
	int pair[2];

	(void)state;
	alarm(60);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	agent = pair[0];
	ours = pair[1];
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (agent >= 0)
		close(agent);
	if (ours >= 0)
		close(ours);
	return 0;
}

/* A message: its length in front, TYPE, then the rest. */
struct message {
	size_t len;
	unsigned char data[2048];
};

static void
put32(struct message *m, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		m->data[m->len++] = (unsigned char)(v >> (24 - 8 * i));
}

static void
begin(struct message *m, unsigned char type)
{
	*m = (struct message){ .len = 4 };
	m->data[m->len++] = type;
}

static void
put_string(struct message *m, const char *s)
{
	put32(m, (uint32_t)strlen(s));
	memcpy(m->data + m->len, s, strlen(s));
	m->len += strlen(s);
}

static void
finish(struct message *m)
{
	size_t len = m->len;

	m->len = 0;
	put32(m, (uint32_t)(len - 4));
	m->len = len;
}

static void
keys_are(struct message *m, const char *const keys[], size_t count)
{
	begin(m, KEYS_ARE);
	put32(m, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		put_string(m, keys[i]);
		put_string(m, "comment");
	}
	finish(m);
}

static void
send_to(int fd, const struct message *m)
{
	assert_int_equal(send(fd, m->data, m->len, MSG_NOSIGNAL), m->len);
}

static void
expect(int fd, const struct message *m)
{
	unsigned char got[2048];

	assert_int_equal(recv(fd, got, m->len, MSG_WAITALL), m->len);
	assert_memory_equal(got, m->data, m->len);
}

static void
lists_keys(void **state)
{
	static const char *const names[] = { "one", "three" };
	struct agent_keys keys;
	struct message m, request;

	(void)state;
	keys_are(&m, names, 2);
	send_to(agent, &m);
	assert_int_equal(auth_agent_list(ours, &keys, LIMIT_MS), 0);
	begin(&request, KEYS_PLEASE);
	finish(&request);
	expect(agent, &request);
	assert_int_equal(keys.count, 2);
	assert_int_equal(keys.v[1].len, 5);
	assert_memory_equal(keys.v[1].blob, "three", 5);
	assert_string_equal(keys.v[1].text, "dGhyZWU=");
	assert_string_equal(keys.v[1].comment, "comment");
	assert_true(keys.v[0].wanted && !keys.v[0].named);
	auth_agent_keys_free(&keys);
	assert_int_equal(keys.count, 0);
}

static void
refuse(const struct message *m, int error)
{
	struct agent_keys keys;

	send_to(agent, m);
	shutdown(agent, SHUT_WR);
	assert_int_equal(auth_agent_list(ours, &keys, LIMIT_MS), error);
	assert_int_equal(keys.count, 0);
	assert_null(keys.v);
	close(agent);
	close(ours);
	assert_int_equal(setup(NULL), 0);
}

static void
refuses_malformed_lists(void **state)
{
	static const char *const one[] = { "one" };
	struct message m;

	(void)state;
	m = (struct message){ .len = 0 };
	put32(&m, 0); /* no type */
	refuse(&m, -EBADMSG);
	m = (struct message){ .len = 0 };
	put32(&m, AGENT_MESSAGE_MAX + 1);
	refuse(&m, -EBADMSG);
	begin(&m, FAILURE);
	finish(&m);
	refuse(&m, -EBADMSG);
	begin(&m, KEYS_ARE); /* no count */
	finish(&m);
	refuse(&m, -EBADMSG);
	begin(&m, KEYS_ARE);
	put32(&m, AGENT_KEYS_MAX + 1);
	finish(&m);
	refuse(&m, -EBADMSG);
	begin(&m, KEYS_ARE);
	put32(&m, UINT32_MAX);
	finish(&m);
	refuse(&m, -EBADMSG);
	keys_are(&m, one, 1);
	m.data[8]++; /* one key more than there are */
	refuse(&m, -EBADMSG);
	keys_are(&m, one, 1);
	m.data[9] = 0xff; /* a key that is longer than the message */
	refuse(&m, -EBADMSG);
	keys_are(&m, one, 1);
	m.data[12]++; /* the key runs into its comment's length */
	refuse(&m, -EBADMSG);
	keys_are(&m, one, 1);
	m.data[m.len++] = 'x'; /* leftovers */
	m.data[3]++;
	refuse(&m, -EBADMSG);
	keys_are(&m, one, 1);
	m.len--; /* the agent ends in the middle */
	refuse(&m, -EPIPE);
	keys_are(&m, one, 0);
	m.len = 3;
	refuse(&m, -EPIPE);
}

static void
does_not_wait_for_ever(void **state)
{
	struct agent_keys keys;

	(void)state;
	assert_int_equal(auth_agent_list(ours, &keys, 50), -ETIMEDOUT);
	assert_int_equal(send(agent, "\0\0\0", 3, 0), 3);
	assert_int_equal(auth_agent_list(ours, &keys, 50), -ETIMEDOUT);
	assert_null(keys.v);
}

/* Three keys: the second is not wanted, the third is named by the configuration. */
static struct agent_filter *
filter(int *libssh)
{
	static const char *const names[] = { "a", "bb", "ccc" };
	struct agent_filter *f;
	struct agent_keys keys;
	struct message m, request;

	keys_are(&m, names, 3);
	send_to(agent, &m);
	assert_int_equal(auth_agent_list(ours, &keys, LIMIT_MS), 0);
	begin(&request, KEYS_PLEASE);
	finish(&request);
	expect(agent, &request);
	keys.v[1].wanted = false;
	keys.v[2].named = true;
	f = auth_agent_filter_new(ours, &keys, libssh);
	ours = -1;
	auth_agent_keys_free(&keys);
	assert_non_null(f);
	return f;
}

static void
shows_wanted_keys_alone(void **state)
{
	static const char *const shown[] = { "ccc", "a" };
	struct message request, answer;
	int libssh;
	struct agent_filter *f = filter(&libssh);

	(void)state;
	begin(&request, KEYS_PLEASE);
	finish(&request);
	keys_are(&answer, shown, 2);
	for (int i = 0; i < 2; i++) {
		send_to(libssh, &request);
		expect(libssh, &answer);
	}
	/* Everything else is between libssh and the agent. */
	begin(&request, SIGN);
	put_string(&request, "ccc");
	finish(&request);
	begin(&answer, SIGNATURE);
	put_string(&answer, "signed");
	finish(&answer);
	send_to(libssh, &request);
	expect(agent, &request);
	send_to(agent, &answer);
	expect(libssh, &answer);
	auth_agent_filter_free(f);
	close(libssh);
}

/* libssh waits for a signature that a person has to confirm. */
static void
is_broken_off(void **state)
{
	struct message request;
	unsigned char byte;
	int libssh;
	struct agent_filter *f = filter(&libssh);

	(void)state;
	begin(&request, SIGN);
	finish(&request);
	send_to(libssh, &request);
	expect(agent, &request);
	auth_agent_filter_break(f);
	assert_int_equal(recv(libssh, &byte, 1, 0), 0);
	assert_int_equal(recv(agent, &byte, 1, 0), 0);
	auth_agent_filter_free(f);
	close(libssh);
}

static void
ends_with_a_wrong_message(void **state)
{
	struct message m = { .len = 0 };
	unsigned char byte;
	int libssh;
	struct agent_filter *f = filter(&libssh);

	(void)state;
	put32(&m, UINT32_MAX);
	send_to(libssh, &m);
	assert_int_equal(recv(libssh, &byte, 1, 0), 0);
	auth_agent_filter_free(f);
	close(libssh);
}

static void
finds_the_socket(void **state)
{
	static const struct { const char *identity_agent, *path; } cases[] = {
		{ NULL, "/run/agent" }, { "SSH_AUTH_SOCK", "/run/agent" }, { "none", NULL }, { "/run/other", "/run/other" },
		{ "$OTHER_AGENT", "/run/third" }, { "$NO_AGENT", NULL }, { "/run/a-path-that-is-too-long-for-the-buffer", NULL },
	};
	struct sshconfig *c = sshconfig_new();
	char path[32];

	(void)state;
	assert_non_null(c);
	setenv("SSH_AUTH_SOCK", "/run/agent", 1);
	setenv("OTHER_AGENT", "/run/third", 1);
	unsetenv("NO_AGENT");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		free(c->identity_agent);
		c->identity_agent = cases[i].identity_agent ? strdup(cases[i].identity_agent) : NULL;
		assert_int_equal(auth_agent_path(c, path, sizeof path), cases[i].path ? 0 : -ENOENT);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
	}
	sshconfig_free(c);
}

/* What an agent does with session-bind@openssh.com: 'x' gives up the connection, else it answers with
   that many keys. */
static void
serve_agent(int listener, char extension)
{
	unsigned char in[AGENT_BIND_MAX], keys[] = { 0, 0, 0, 14, KEYS_ARE, 0, 0, 0, 1, 0, 0, 0, 1, 'k', 0, 0, 0, 0 };
	static const unsigned char success[] = { 0, 0, 0, 1, 6 }, none[] = { 0, 0, 0, 5, KEYS_ARE, 0, 0, 0, 0 };

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		bool bound = false, open = fd >= 0;

		while (open && read(fd, in, 5) == 5) {
			size_t rest = ((size_t)in[2] << 8 | in[3]) - 1;

			if (in[4] == KEYS_PLEASE) {
				open = bound && extension == '0' ? write(fd, none, sizeof none) > 0
				                                 : write(fd, keys, sizeof keys) > 0;
			} else {
				bound = true;
				open = read(fd, in, rest) == (ssize_t)rest && extension != 'x' &&
				       write(fd, success, sizeof success) > 0;
			}
		}
		close(fd);
	}
}

/* Only an agent that shows fewer keys to another host restricts some. */
static void
sees_what_is_restricted(void **state)
{
	static const struct { char extension; bool restricts; } rows[] = {
		{ 'x', false }, { '1', false }, { '0', true },
	};
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	(void)state;
	snprintf(sa.sun_path, sizeof sa.sun_path, "/tmp/hfagent.%d", (int)getpid());
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		pid_t pid;

		assert_int_equal(bind(listener, (struct sockaddr *)&sa, sizeof sa), 0);
		assert_int_equal(listen(listener, 5), 0);
		pid = fork();
		if (pid == 0)
			serve_agent(listener, rows[i].extension);
		close(listener);
		assert_int_equal(auth_agent_restricts(sa.sun_path, LIMIT_MS), rows[i].restricts);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		unlink(sa.sun_path);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* What an agent parses, field by field; and what may come back. */
static void
binds_to_nowhere(void **state)
{
	static const char name[] = "session-bind@openssh.com", type[] = "ssh-ed25519";
	static const struct { unsigned char data[8]; size_t len; int answer; } answers[] = {
		{ { 0, 0, 0, 1, 5 }, 5, 5 }, { { 0, 0, 0, 1, 6, 9 }, 6, 5 }, { { 0, 0, 0, 1 }, 4, 0 },
		{ { 0, 0 }, 2, 0 }, { { 0, 0, 0, 2, 5 }, 5, 0 }, { { 0, 0, 0, 0, 5 }, 5, -1 },
		{ { 1, 0, 0, 0, 5 }, 5, -1 }, { { 0 }, 0, 0 },
	};
	unsigned char m[AGENT_BIND_MAX], again[AGENT_BIND_MAX];
	size_t len = auth_agent_bind_message(true, m), at = 4 + 1;

	(void)state;
	assert_int_equal(m[0] << 24 | m[1] << 16 | m[2] << 8 | m[3], len - 4);
	assert_int_equal(m[4], 27);
	assert_memory_equal(m + at + 4, name, strlen(name));
	at += 4 + strlen(name);
	assert_int_equal(m[at + 3], 4 + strlen(type) + 4 + 32);
	assert_memory_equal(m + at + 8, type, strlen(type));
	at += 4 + m[at + 3];
	at += 4 + m[at + 3];
	assert_int_equal(m[at + 3], 4 + strlen(type) + 4 + 64);
	at += 4 + m[at + 3];
	assert_int_equal(at, len - 1);
	assert_int_equal(m[at], 1);
	assert_int_equal(auth_agent_bind_message(false, again), len);
	assert_int_equal(again[at], 0);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		assert_int_equal(auth_agent_bind_answer(answers[i].data, answers[i].len), answers[i].answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(lists_keys), CASE(refuses_malformed_lists), CASE(does_not_wait_for_ever), CASE(shows_wanted_keys_alone),
		CASE(is_broken_off), CASE(ends_with_a_wrong_message), CASE(finds_the_socket),
		CASE(binds_to_nowhere), CASE(sees_what_is_restricted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
