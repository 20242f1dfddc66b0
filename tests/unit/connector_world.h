/* SPDX-License-Identifier: MIT */
/* connector_world: a connector, the person whom it asks, and the host that it connects to, in a child. */
#ifndef HOLDFAST_CONNECTOR_WORLD_H
#define HOLDFAST_CONNECTOR_WORLD_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "clock.h"
#include "connector.h"
#include "list.h"
#include "secrets.h"
#include "ssh_host.h"
#include "sshconfig.h"
#include "target_state.h"

#define TIME_LIMIT_S 60 /* what hangs is ended by SIGALRM */

static char dir[] = "/tmp/hfconnXXXXXX", known[64], key_file[64];
static ssh_key host_key, other_key, user_key;
static int listener = -1;
static int line_at_end; /* connector_line when the connector was over */
static struct transport_target target;
static struct ssh_host host;

/* The person. */
static struct person {
	const char *password;  /* that is typed */
	const char *confirms;  /* the answer to questions; NULL: nobody is there */
	unsigned secrets, confirmed;
	bool elsewhere;        /* asked by another thread than the loop's */
	char said[4096];
	pthread_t loop;
} person;

static inline int
secret(void *object, const char *prompt, bool echo, char *answer, size_t cap)
{
	(void)object, (void)prompt, (void)echo;
	person.secrets++;
	person.elsewhere |= !pthread_equal(pthread_self(), person.loop);
	if (!person.password)
		return -ENOTTY;
	snprintf(answer, cap, "%s", person.password);
	return 0;
}

static inline int
confirm(void *object, const char *question, char *answer, size_t cap)
{
	(void)object, (void)question;
	person.confirmed++;
	person.elsewhere |= !pthread_equal(pthread_self(), person.loop);
	if (!person.confirms)
		return -ENOTTY;
	snprintf(answer, cap, "%s", person.confirms);
	return 0;
}

static inline void
say(void *object, const char *text)
{
	size_t len = strlen(person.said);

	(void)object;
	person.elsewhere |= !pthread_equal(pthread_self(), person.loop);
	snprintf(person.said + len, sizeof person.said - len, "%s\n", text);
}

static const struct transport_asking asking = { NULL, secret, confirm, say };

static inline char *
copy(const char *text)
{
	char *s = strdup(text);

	assert_non_null(s);
	return s;
}

/* Listens on 127.0.0.1; its port in host order. */
static inline unsigned
listen_here(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(listener, 5), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.sin_port);
}

static inline int
setup(void **state)
{
	struct sshconfig *c = sshconfig_new();

	(void)state;
	alarm(TIME_LIMIT_S);
	assert_non_null(c);
	c->host = copy("127.0.0.1");
	c->hostname = copy("127.0.0.1");
	c->user = copy("alice");
	c->identity_agent = copy("none");
	c->port = listen_here();
	c->strict_host_key = CHECK_ACCEPT_NEW;
	assert_int_equal(list_add(&c->user_known_hosts, known), 0);
	target = (struct transport_target){ .config = c, .environment = list_new(), .secrets = secrets_new() };
	person = (struct person){ .password = "right", .loop = pthread_self() };
	host = (struct ssh_host){ .key = host_key, .password = "right", .subsystem = true };
	unlink(known);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	target_login_forget(&target.login);
	close(listener);
	secrets_free(target.secrets);
	list_free(target.environment);
	sshconfig_free(target.config);
	return 0;
}

/* What the loop does, until the connector is over. */
static inline void
finish(struct connector *c, struct connector_result *result)
{
	struct pollfd p = { .fd = connector_fd(c), .events = POLLIN };
	char doing[256];

	while (!connector_step(c, doing, sizeof doing))
		assert_int_equal(poll(&p, 1, TIME_LIMIT_S * 1000), 1);
	line_at_end = connector_line(c);
	connector_finish(c, result);
}

static inline struct connector *
begin(enum transport_request what, const char *command, struct child *proxy)
{
	int error = 0;
	struct connector *c = connector_start(&target, &asking, what, command, proxy, &error);

	assert_non_null(c);
	assert_int_equal(error, 0);
	return c;
}

/* One connection to the host. */
static inline void
once(struct connector_result *result)
{
	host_start(&host, listener, true);
	finish(begin(TRANSPORT_SUBSYSTEM, NULL, NULL), result);
	assert_false(person.elsewhere);
}

/* The greeting of the program at the other end has come; everything is freed. */
static inline void
has_greeted(struct connector_result *result)
{
	char buf[16];

	assert_non_null(result->session);
	ssh_set_blocking(result->session, 1);
	assert_int_equal(ssh_channel_read(result->channel, buf, sizeof buf, 0), sizeof HOST_GREETING - 1);
	assert_memory_equal(buf, HOST_GREETING, sizeof HOST_GREETING - 1);
	ssh_channel_free(result->channel);
	ssh_free(result->session);
	host_stop(&host);
}

static inline void
has_failed(const struct connector_result *result, enum transport_end end, const char *why)
{
	assert_null(result->session);
	assert_null(result->channel);
	assert_int_equal(result->end, end);
	if (!strstr(result->why, why))
		fail_msg("\"%s\" does not say \"%s\"", result->why, why);
	host_stop(&host);
}

/* How many lines there are in the file of what was found out about hosts. */
static inline unsigned
remembered_lines(void)
{
	char path[80];
	unsigned n = 0;
	FILE *f;
	int c;

	snprintf(path, sizeof path, "%s/holdfast/hosts", dir);
	if (!(f = fopen(path, "r")))
		return 0;
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	unlink(path);
	return n;
}

static inline int
make_world(void **state)
{
	(void)state;
	ssh_init();
	if (!mkdtemp(dir))
		return -1;
	snprintf(known, sizeof known, "%s/known_hosts", dir);
	snprintf(key_file, sizeof key_file, "%s/id", dir);
	setenv("XDG_CACHE_HOME", dir, 1);
	if (host_make_key(&host_key) != SSH_OK ||
	    host_make_key(&other_key) != SSH_OK ||
	    host_make_key(&user_key) != SSH_OK)
		return -1;
	return ssh_pki_export_privkey_file(user_key, NULL, NULL, NULL, key_file) == SSH_OK ? 0 : -1;
}

static inline int
end_world(void **state)
{
	char path[80];

	(void)state;
	(void)remembered_lines();
	snprintf(path, sizeof path, "%s/holdfast", dir);
	rmdir(path);
	unlink(known);
	unlink(key_file);
	rmdir(dir);
	ssh_key_free(host_key);
	ssh_key_free(other_key);
	ssh_key_free(user_key);
	return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
