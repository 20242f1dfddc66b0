/* SPDX-License-Identifier: MIT */
/* connector: from nothing to an open channel, against an ssh server in a child: what is asked, remembered, given up. */
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

static int
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

static int
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

static void
say(void *object, const char *text)
{
	size_t len = strlen(person.said);

	(void)object;
	person.elsewhere |= !pthread_equal(pthread_self(), person.loop);
	snprintf(person.said + len, sizeof person.said - len, "%s\n", text);
}

static const struct transport_asking asking = { NULL, secret, confirm, say };

static char *
copy(const char *text)
{
	char *s = strdup(text);

	assert_non_null(s);
	return s;
}

/* Listens on 127.0.0.1; its port in host order. */
static unsigned
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

static int
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

static int
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
static void
finish(struct connector *c, struct connector_result *result)
{
	struct pollfd p = { .fd = connector_fd(c), .events = POLLIN };
	char doing[256];

	while (!connector_step(c, doing, sizeof doing))
		assert_int_equal(poll(&p, 1, TIME_LIMIT_S * 1000), 1);
	line_at_end = connector_line(c);
	connector_finish(c, result);
}

static struct connector *
begin(enum transport_request what, const char *command, struct child *proxy)
{
	int error = 0;
	struct connector *c = connector_start(&target, &asking, what, command, proxy, &error);

	assert_non_null(c);
	assert_int_equal(error, 0);
	return c;
}

/* One connection to the host. */
static void
once(struct connector_result *result)
{
	host_start(&host, listener, true);
	finish(begin(TRANSPORT_SUBSYSTEM, NULL, NULL), result);
	assert_false(person.elsewhere);
}

/* The greeting of the program at the other end has come; everything is freed. */
static void
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

static void
has_failed(const struct connector_result *result, enum transport_end end, const char *why)
{
	assert_null(result->session);
	assert_null(result->channel);
	assert_int_equal(result->end, end);
	if (!strstr(result->why, why))
		fail_msg("\"%s\" does not say \"%s\"", result->why, why);
	host_stop(&host);
}

static void
asks_for_a_password_once(void **state)
{
	struct connector_result result;

	(void)state;
	once(&result);
	has_greeted(&result);
	assert_true(line_at_end >= 0);
	assert_int_equal(person.secrets, 1);
	assert_non_null(strstr(person.said, "Added the ED25519 key"));
	assert_string_not_equal(target.host_key, "");
	if (!target.secrets)
		return; /* no memory can be locked here */
	once(&result);
	has_greeted(&result);
	assert_int_equal(person.secrets, 1);
}

static void
is_refused(void **state)
{
	struct connector_result result;

	(void)state;
	person.password = "wrong";
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "permission denied (password)");
	assert_int_equal(person.secrets, target.config->password_prompts);

	person.secrets = 0;
	person.password = NULL;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "there is no terminal to ask for a password");
	assert_int_equal(person.secrets, 1);
}

static void
logs_in_by_a_key_file(void **state)
{
	struct connector_result result;

	(void)state;
	host.password = NULL;
	host.user_key = user_key;
	assert_int_equal(list_add(&target.config->identity_files, key_file), 0);
	once(&result);
	has_greeted(&result);
	assert_int_equal(person.secrets, 0);
}

/* How many lines there are in the file of what was found out about hosts. */
static unsigned
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

/* A login is remembered by a line that is found again, or not at all. */
static void
remembers_a_login_once(void **state)
{
	static const struct { const char *proxy; unsigned lines; } rows[] = { { "to the host", 1 }, { "to\tit", 0 } };
	struct connector_result result;

	(void)state;
	host.password = NULL;
	host.user_key = user_key;
	assert_int_equal(list_add(&target.config->identity_files, key_file), 0);
	(void)remembered_lines();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		free(target.config->proxy_command);
		target.config->proxy_command = copy(rows[i].proxy);
		for (unsigned n = 0; n < 2; n++) {
			target_login_forget(&target.login);
			once(&result);
			has_greeted(&result);
		}
		assert_int_equal(remembered_lines(), rows[i].lines);
	}
}

static void
checks_the_host_key(void **state)
{
	struct connector_result result;

	(void)state;
	target.config->strict_host_key = CHECK_ASK;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "is not known, and there is no terminal to ask");
	person.confirms = "no";
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "the host key was not accepted");
	assert_int_equal(person.secrets, 0);
	person.confirms = "yes";
	once(&result);
	has_greeted(&result);
	assert_int_equal(person.confirmed, 3);
	once(&result); /* it is in known_hosts now */
	has_greeted(&result);
	assert_int_equal(person.confirmed, 3);
}

/* Passwords are not for a host that may be a false one. */
static void
fears_another_host_key(void **state)
{
	struct connector_result result;

	(void)state;
	once(&result);
	has_greeted(&result);
	person.secrets = 0;
	host.key = other_key;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "has changed");
	assert_non_null(strstr(person.said, "WARNING"));
	target.config->strict_host_key = CHECK_NO;
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "permission denied");
	assert_int_equal(person.secrets, 0);
	assert_true(result.weak);
}

/* NoHostAuthenticationForLocalhost is not for a host behind an alias. */
static void
checks_an_alias_on_this_machine(void **state)
{
	struct connector_result result;

	(void)state;
	target.config->no_auth_for_localhost = true;
	target.config->strict_host_key = CHECK_YES;
	once(&result);
	has_greeted(&result);
	target.config->host_key_alias = copy("elsewhere");
	once(&result);
	has_failed(&result, TRANSPORT_END_REFUSED, "no ED25519 key of elsewhere is known");
}

static void
tells_what_the_host_lacks(void **state)
{
	struct connector_result result;

	(void)state;
	host.subsystem = false;
	once(&result);
	has_failed(&result, TRANSPORT_END_NO_SUBSYSTEM, "subsystem \"resume\"");
	host_start(&host, listener, true);
	finish(begin(TRANSPORT_EXEC, "run this", NULL), &result);
	has_greeted(&result);
	host_start(&host, listener, true);
	finish(begin(TRANSPORT_EXEC, "run that", NULL), &result);
	has_failed(&result, TRANSPORT_END_NO_SUBSYSTEM, "127.0.0.1");
}

/* The descriptor of a proxy is taken over, and is no TCP connection of ours. */
static void
goes_through_a_proxy(void **state)
{
	struct connector_result result;
	struct child proxy = CHILD_NONE;
	struct connector *c;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	host_start(&host, pair[1], false);
	close(pair[1]);
	proxy.fd = pair[0];
	c = begin(TRANSPORT_SUBSYSTEM, NULL, &proxy);
	assert_int_equal(proxy.fd, -1);
	finish(c, &result);
	assert_int_equal(line_at_end, -1);
	has_greeted(&result);
}

/* BYTES come N times before what the host says, on a connection with an ssh program there. */
static void
with_before(const void *bytes, size_t len, unsigned n, struct connector_result *result)
{
	struct child proxy = CHILD_NONE;
	char *all = malloc(n * len);
	int pair[2];

	assert_non_null(all);
	for (unsigned i = 0; i < n; i++)
		memcpy(all + i * len, bytes, len);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(write(pair[1], all, n * len), n * len);
	free(all);
	host_start(&host, pair[1], false);
	close(pair[1]);
	proxy.fd = pair[0];
	target.have_ssh = true;
	finish(begin(TRANSPORT_SUBSYSTEM, NULL, &proxy), result);
}

/* Who stands between us and the host cannot keep its algorithms from being compared. */
static void
leaves_to_ssh_what_it_has_not_seen(void **state)
{
	static const char line[] = "123456789 123456789 123456789 123456789 123456789 123456789\r\n";
	static const char ignore[] = "SSH-2.0-between\r\n\0\0\0\x0c\x05\x02\0\0\0\x01x12345";
	struct connector_result result;

	(void)state;
	with_before(line, sizeof line - 1, 5, &result);
	has_greeted(&result);
	with_before(line, sizeof line - 1, 1000, &result);
	has_failed(&result, TRANSPORT_END_TAKES_SSH, "could not be read");
	with_before(ignore, sizeof ignore - 1, 1, &result);
	has_failed(&result, TRANSPORT_END_TAKES_SSH, "could not be read");
}

/* Gives it up at once. */
static void
give_up(struct connector *c)
{
	struct connector_result result;
	uint64_t begun = clock_now_ms();

	connector_finish(c, &result);
	assert_null(result.session);
	assert_null(result.channel);
	assert_true(clock_now_ms() < begun + TIME_LIMIT_S * 500);
}

/* The queue of a listener takes connections, and nobody says anything. */
static void
gives_up_a_silent_host(void **state)
{
	struct connector *c;
	struct pollfd p;
	char doing[256];
	uint64_t begun = clock_now_ms();

	(void)state;
	target.config->connect_timeout = 7;
	c = begin(TRANSPORT_SUBSYSTEM, NULL, NULL);
	p = (struct pollfd){ .fd = connector_fd(c), .events = POLLIN };
	do {
		assert_int_equal(poll(&p, 1, TIME_LIMIT_S * 1000), 1);
		assert_false(connector_step(c, doing, sizeof doing));
	} while (connector_line(c) < 0);
	assert_string_equal(doing, "connecting to 127.0.0.1");
	/* ConnectTimeout is for all of it, from the start */
	assert_uint_in_range(connector_deadline(c), begun + 7000, clock_now_ms() + 7000);
	give_up(c);
}

/* The thread waits for an answer that nobody gives. */
static void
gives_up_a_question(void **state)
{
	struct connector *c;
	struct pollfd p;
	char doing[256];

	(void)state;
	host_start(&host, listener, true);
	c = begin(TRANSPORT_SUBSYSTEM, NULL, NULL);
	p = (struct pollfd){ .fd = connector_fd(c), .events = POLLIN };
	while (connector_deadline(c) != UINT64_MAX || person.said[0] == '\0') {
		assert_int_equal(poll(&p, 1, TIME_LIMIT_S * 1000), 1);
		/* what is said is taken, the question is left */
		if (connector_deadline(c) != UINT64_MAX || person.said[0] == '\0')
			assert_false(connector_step(c, doing, sizeof doing));
	}
	assert_int_equal(person.secrets, 0);
	give_up(c);
	host_stop(&host);
}

static int
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

static int
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(asks_for_a_password_once), CASE(is_refused), CASE(logs_in_by_a_key_file),
		CASE(remembers_a_login_once), CASE(checks_the_host_key),
		CASE(fears_another_host_key), CASE(checks_an_alias_on_this_machine),
		CASE(leaves_to_ssh_what_it_has_not_seen), CASE(tells_what_the_host_lacks), CASE(goes_through_a_proxy),
		CASE(gives_up_a_silent_host), CASE(gives_up_a_question),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
