/* SPDX-License-Identifier: MIT */
/* transport_libssh and proxy: a loop over a real connection to an ssh server in a child; the command lines of proxies. */
#include "unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "clock.h"
#include "forward_listen.h"
#include "list.h"
#include "proxy.h"
#include "secrets.h"
#include "ssh_host.h"
#include "sshconfig.h"
#include "target_state.h"
#include "transport_libssh.h"

#define LIMIT_MS 30000

static char dir[] = "/tmp/hflibXXXXXX", known[64], fake_ssh[64];
static ssh_key host_key;
static int listener = -1;
static struct transport_target target;
static struct ssh_host host;

static int
secret(void *object, const char *prompt, bool echo, char *answer, size_t cap)
{
	(void)object, (void)prompt, (void)echo;
	snprintf(answer, cap, "right");
	return 0;
}

static int
confirm(void *object, const char *question, char *answer, size_t cap)
{
	(void)object, (void)question, (void)answer, (void)cap;
	return -ENOTTY;
}

static void
say(void *object, const char *text)
{
	(void)object, (void)text;
}

static const struct transport_asking asking = { NULL, secret, confirm, say };

static int
setup(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	struct sshconfig *c = sshconfig_new();

	(void)state;
	alarm(60);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!c || bind(listener, (struct sockaddr *)&a, len) != 0 || listen(listener, 5) != 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &len) != 0)
		return -1;
	c->host = strdup("127.0.0.1");
	c->hostname = strdup("127.0.0.1");
	c->user = strdup("alice");
	c->identity_agent = strdup("none");
	c->port = ntohs(a.sin_port);
	c->strict_host_key = CHECK_ACCEPT_NEW;
	target = (struct transport_target){ .config = c, .environment = list_new(), .options = list_new() };
	host = (struct ssh_host){ .key = host_key, .password = "right", .subsystem = true };
	unlink(known);
	return list_add(&c->user_known_hosts, known);
}

static int
teardown(void **state)
{
	(void)state;
	close(listener);
	free(target.forwards);
	list_free(target.environment);
	list_free(target.options);
	sshconfig_free(target.config);
	return 0;
}

static struct transport *
start(void)
{
	struct transport *t = transport_libssh_new();

	assert_non_null(t);
	t->target = &target;
	t->asking = &asking;
	t->exit_status = -1;
	assert_int_equal(t->ops->start(t, TRANSPORT_SUBSYSTEM, NULL), 0);
	return t;
}

static void
turn(struct transport *t)
{
	struct pollfd fds[TRANSPORT_FDS];
	uint64_t now = clock_now_ms(), deadline = now + 100;
	unsigned n = t->ops->poll(t, fds, &deadline);

	assert_true(n <= TRANSPORT_FDS);
	(void)poll(fds, n, deadline > now ? (int)(deadline - now) : 0);
	t->ops->step(t, fds, n);
}

static void
until(struct transport *t, enum transport_state state)
{
	uint64_t limit = clock_now_ms() + LIMIT_MS;

	while (t->state != state) {
		assert_true(clock_now_ms() < limit);
		turn(t);
	}
}

static void
expect(struct transport *t, const char *text)
{
	char got[64] = "";
	size_t have = 0;

	while (have < strlen(text)) {
		have += t->ops->read(t, got + have, sizeof got - 1 - have);
		if (have < strlen(text)) {
			assert_int_equal(t->state, TRANSPORT_OPEN);
			turn(t);
		}
	}
	got[have] = '\0';
	assert_string_equal(got, text);
}

static void
carries_bytes_both_ways(void **state)
{
	struct transport *t;

	(void)state;
	host_start(&host, listener, true);
	t = start();
	assert_int_equal(t->state, TRANSPORT_CONNECTING);
	assert_int_equal(t->ops->write(t, "x", 1), 0);
	until(t, TRANSPORT_OPEN);
	assert_int_equal(target.connections, 1);
	expect(t, HOST_GREETING);
	assert_false(t->ops->moved(t));
	while (!t->ops->writable(t))
		turn(t);
	assert_int_equal(t->ops->write(t, "there and back", 14), 14);
	expect(t, "there and back");
	/* The host is gone: its connection breaks, and that is worth another try. */
	host_stop(&host);
	until(t, TRANSPORT_CLOSED);
	assert_int_equal(t->end, TRANSPORT_END_LOST);
	assert_int_equal(t->exit_status, -1);
	assert_int_equal(t->ops->write(t, "x", 1), 0);
	transport_free(t);
}

static void
ends_in_order(void **state)
{
	struct transport *t;
	char byte;

	(void)state;
	host.ends_with = 5;
	host_start(&host, listener, true);
	t = start();
	until(t, TRANSPORT_OPEN);
	/* Time passes: nothing ends before its last bytes have been read. */
	for (int i = 0; i < 3; i++)
		turn(t);
	assert_int_equal(t->state, TRANSPORT_OPEN);
	expect(t, HOST_GREETING);
	until(t, TRANSPORT_CLOSED);
	assert_int_equal(t->ops->read(t, &byte, 1), 0);
	assert_int_equal(t->end, TRANSPORT_END_EOF);
	assert_int_equal(t->exit_status, 5);
	transport_free(t);
	host_stop(&host);
}

static void
tells_why_it_did_not_open(void **state)
{
	struct transport *t;

	(void)state;
	host.subsystem = false;
	host_start(&host, listener, true);
	t = start();
	until(t, TRANSPORT_CLOSED);
	assert_int_equal(t->end, TRANSPORT_END_NO_SUBSYSTEM);
	transport_free(t);
	host_stop(&host);

	host.password = "another";
	host_start(&host, listener, true);
	t = start();
	until(t, TRANSPORT_CLOSED);
	assert_int_equal(t->end, TRANSPORT_END_REFUSED);
	transport_free(t);
	host_stop(&host);
}

/* The queue of the listener takes the connection, and then nothing comes. */
static void
waits_no_longer_than_it_should(void **state)
{
	struct transport *t;

	(void)state;
	target.config->connect_timeout = 1;
	t = start();
	until(t, TRANSPORT_CLOSED);
	assert_int_equal(t->end, TRANSPORT_END_LOST);
	assert_string_equal(t->reason, "127.0.0.1 does not answer");
	transport_free(t);
	target.config->connect_timeout = 0;
	t = start();
	turn(t);
	assert_int_equal(t->state, TRANSPORT_CONNECTING);
	transport_free(t);
}

/* Configures -L of a port that is free, to DESTINATION: the port, in network order. */
static in_port_t
local_forward(const char *destination)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[64];

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	snprintf(text, sizeof text, "127.0.0.1:%u:%s:7", ntohs(a.sin_port), destination);
	assert_int_equal(list_add(&target.config->local_forward, text), 0);
	return a.sin_port;
}

/* A connection to the forward's port; what it says comes back by way of the host. */
static int
connect_forward(in_port_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(send(fd, "around", 6, MSG_NOSIGNAL), 6);
	return fd;
}

static ssize_t
answer(struct transport *t, int fd, char *got, size_t cap)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t limit = clock_now_ms() + LIMIT_MS;

	while (poll(&p, 1, 0) == 0) {
		assert_true(clock_now_ms() < limit);
		turn(t);
	}
	return recv(fd, got, cap, 0);
}

/* A listener stays between two connections to the host: a program that connects to it meanwhile waits. */
static void
forwards_ports(void **state)
{
	in_port_t port;
	char got[16];
	struct transport *t;
	int fd;

	(void)state;
	port = local_forward("echo");
	host_start(&host, listener, true);
	t = start();
	until(t, TRANSPORT_OPEN);
	fd = connect_forward(port);
	assert_int_equal(answer(t, fd, got, sizeof got), 6);
	assert_memory_equal(got, "around", 6);
	close(fd);
	host_stop(&host);
	until(t, TRANSPORT_CLOSED);
	transport_free(t);

	fd = connect_forward(port);
	host_start(&host, listener, true);
	t = start();
	until(t, TRANSPORT_OPEN);
	assert_int_equal(answer(t, fd, got, sizeof got), 6);
	close(fd);
	transport_free(t);
	host_stop(&host);
	forwards_close(target.forwards);
}

/* The host refuses the destination: the connection here ends. */
static void
ends_a_forward_that_is_refused(void **state)
{
	in_port_t port;
	char got[16];
	struct transport *t;
	int fd;

	(void)state;
	port = local_forward("nowhere");
	host_start(&host, listener, true);
	t = start();
	until(t, TRANSPORT_OPEN);
	fd = connect_forward(port);
	assert_true(answer(t, fd, got, sizeof got) <= 0);
	assert_int_equal(t->state, TRANSPORT_OPEN);
	expect(t, HOST_GREETING);
	close(fd);
	transport_free(t);
	host_stop(&host);
	forwards_close(target.forwards);
}

/* What the proxy's command line prints. */
static void
proxy_says(const char *text)
{
	struct child child = CHILD_NONE;
	char why[200] = "", got[512] = "";
	size_t have = 0;
	ssize_t n;

	assert_int_equal(proxy_start(&child, &target, why, sizeof why), 0);
	assert_string_equal(why, "");
	for (;;) {
		struct pollfd p = { .fd = child.fd, .events = POLLIN };

		assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
		n = read(child.fd, got + have, sizeof got - 1 - have);
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	assert_string_equal(got, text);
	child_stop(&child);
}

static void
proxy_is(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
}

static void
starts_proxies(void **state)
{
	struct sshconfig *c = target.config;
	char old[4096], path[4200];

	(void)state;
	snprintf(old, sizeof old, "%s", getenv("PATH"));
	snprintf(path, sizeof path, "%s:%s", dir, old);
	setenv("PATH", path, 1);
	c->port = 2222;
	proxy_is(&c->hostname, "inner");
	proxy_is(&c->proxy_command, "echo %h %p %r");
	proxy_says("inner 2222 alice\n");
	free(c->proxy_command);
	c->proxy_command = NULL;
	proxy_is(&c->proxy_jump, "outer");
	proxy_says("-W|[inner]:2222|--|outer|\n");
	proxy_is(&c->proxy_jump, "ssh://bob@outer:2200");
	proxy_says("-W|[inner]:2222|-l|bob|-p|2200|--|outer|\n");
	proxy_is(&c->proxy_jump, "first,second:1,bob@[2001:db8::1]:22");
	assert_int_equal(list_add(&target.options, "-F"), 0);
	assert_int_equal(list_add(&target.options, "/etc/my config"), 0);
	proxy_says("-F|/etc/my config|-J|first,second:1|-W|[inner]:2222|-l|bob|-p|22|--|2001:db8::1|\n");
	setenv("PATH", old, 1);
}

/* A host's name can come from a link on a page: a shell must not act on it. */
static void
gives_no_shell_words_to_proxies(void **state)
{
	static const char *const names[] = { "$(touch x)", "a;b", "a b", "-oProxyCommand=x", "`x`", "a'b", "a|b" };
	struct sshconfig *c = target.config;
	struct child child = CHILD_NONE;
	char why[200];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		proxy_is(&c->hostname, names[i]);
		proxy_is(&c->proxy_command, "true");
		why[0] = '\0';
		assert_int_equal(proxy_start(&child, &target, why, sizeof why), -EINVAL);
		assert_non_null(strstr(why, "these characters"));
		assert_int_equal(child.pid, 0);
	}
	proxy_is(&c->hostname, "inner");
	free(c->proxy_command);
	c->proxy_command = NULL;
	proxy_is(&c->proxy_jump, "out'; touch x; '");
	assert_int_equal(proxy_start(&child, &target, why, sizeof why), -EINVAL);
	assert_int_equal(child.pid, 0);
}

static int
make_world(void **state)
{
	FILE *f;

	(void)state;
	ssh_init();
	if (!mkdtemp(dir) || host_make_key(&host_key) != SSH_OK)
		return -1;
	snprintf(known, sizeof known, "%s/known_hosts", dir);
	snprintf(fake_ssh, sizeof fake_ssh, "%s/ssh", dir);
	f = fopen(fake_ssh, "we");
	if (!f || fputs("#!/bin/sh\nprintf '%s|' \"$@\"\necho\n", f) < 0 || fclose(f) != 0)
		return -1;
	return chmod(fake_ssh, 0755);
}

static int
end_world(void **state)
{
	(void)state;
	unlink(known);
	unlink(fake_ssh);
	ssh_key_free(host_key);
	return rmdir(dir);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(carries_bytes_both_ways), CASE(ends_in_order), CASE(tells_why_it_did_not_open),
		CASE(waits_no_longer_than_it_should), CASE(forwards_ports), CASE(ends_a_forward_that_is_refused),
		CASE(starts_proxies), CASE(gives_no_shell_words_to_proxies),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
