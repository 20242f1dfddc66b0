/* SPDX-License-Identifier: MIT */
/* forward_listen: who can reach the local ends of -L and -D, and what becomes of them. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "forward.h"
#include "forward_listen.h"
#include "list.h"
#include "sshconfig.h"

static char dir[] = "/tmp/hflisXXXXXX", path[64];
static struct forwards fs;
static struct sshconfig *config;
static unsigned port;

/* A port that is free on every address, as far as can be known. */
static unsigned
free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static int
setup(void **state)
{
	(void)state;
	memset(&fs, 0, sizeof fs);
	config = sshconfig_new();
	port = free_port();
	unlink(path);
	return config ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	forwards_close(&fs);
	sshconfig_free(config);
	return 0;
}

static int
listens(const char *text, char *why)
{
	assert_int_equal(list_add(&config->local_forward, text), 0);
	assert_int_equal(forwards_read(&fs, config, why, 200), 0);
	return forwards_listen(&fs, config, why, 200);
}

static const char *
on_port(const char *before, const char *after)
{
	static char text[200];

	snprintf(text, sizeof text, "%s%u%s", before, port, after);
	return text;
}

/* How many listeners take others than this machine. */
static unsigned
open_to_others(void)
{
	union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } a;
	unsigned n = 0;

	for (unsigned i = 0; i < fs.listening; i++) {
		socklen_t len = sizeof a;

		assert_int_equal(getsockname(fs.listeners[i].fd, &a.any, &len), 0);
		if (a.any.sa_family == AF_INET)
			n += ntohl(a.v4.sin_addr.s_addr) >> 24 != 127;
		else
			n += !IN6_IS_ADDR_LOOPBACK(&a.v6.sin6_addr);
	}
	return n;
}

static void
is_for_this_machine_alone(void **state)
{
	char why[200];

	(void)state;
	assert_true(listens(on_port("", ":web:80"), why) >= 1);
	assert_int_equal(open_to_others(), 0);
}

static void
is_for_others_when_asked(void **state)
{
	char why[200];

	(void)state;
	assert_true(listens(on_port("*:", ":web:80"), why) >= 1);
	assert_int_equal(open_to_others(), fs.listening);
}

static void
heeds_gateway_ports(void **state)
{
	char why[200];

	(void)state;
	config->gateway_ports = true;
	assert_true(listens(on_port("", ":web:80"), why) >= 1);
	assert_int_equal(open_to_others(), fs.listening);
}

/* An address that is named counts, whatever GatewayPorts says. */
static void
heeds_an_address(void **state)
{
	char why[200];

	(void)state;
	config->gateway_ports = true;
	assert_int_equal(listens(on_port("127.0.0.5:", ":web:80"), why), 1);
	assert_int_equal(open_to_others(), 0);
}

/* One that can't be is told, and the others listen all the same. */
static void
tells_a_port_in_use(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char why[200], expected[200], other[128];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(list_add(&config->local_forward, on_port("127.0.0.1:", ":web:80")), 0);
	snprintf(other, sizeof other, "%s:web:80", path);
	assert_int_equal(listens(other, why), -EADDRINUSE);
	snprintf(expected, sizeof expected, "cannot listen on port %u: %s", port, strerror(EADDRINUSE));
	assert_string_equal(why, expected);
	assert_int_equal(fs.listening, 1);
	assert_int_equal(fs.listeners[0].forward, 1);
	close(fd);
}

static void
makes_a_private_socket(void **state)
{
	char why[200], text[128];
	struct stat st;

	(void)state;
	umask(0);
	snprintf(text, sizeof text, "%s:web:80", path);
	assert_int_equal(listens(text, why), 1);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600); /* StreamLocalBindMask is 0177 */
	assert_int_equal(umask(022), 0);
	forwards_close(&fs);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(fs.listening, 0);
}

/* A socket that a client before has left is only taken away with StreamLocalBindUnlink. */
static void
unlinks_when_asked(void **state)
{
	char why[200], text[128];
	FILE *f = fopen(path, "we");

	(void)state;
	assert_non_null(f);
	fclose(f);
	snprintf(text, sizeof text, "%s:web:80", path);
	assert_int_equal(listens(text, why), -EADDRINUSE);
	assert_int_equal(fs.listening, 0);
	memset(&fs, 0, sizeof fs);
	config->streamlocal_bind_unlink = true;
	assert_int_equal(forwards_read(&fs, config, why, sizeof why), 0);
	assert_int_equal(forwards_listen(&fs, config, why, sizeof why), 1);
}

/* The host listens for -R; too many are refused. */
static void
leaves_remote_forwards_to_the_host(void **state)
{
	char why[200];

	(void)state;
	assert_int_equal(list_add(&config->remote_forward, "8080:web:80"), 0);
	assert_int_equal(forwards_read(&fs, config, why, sizeof why), 0);
	assert_int_equal(fs.count, 1);
	assert_int_equal(forwards_listen(&fs, config, why, sizeof why), 0);
	memset(&fs, 0, sizeof fs);
	for (int i = 0; i < FORWARDS_MAX; i++)
		assert_int_equal(list_add(&config->remote_forward, "8080:web:80"), 0);
	assert_int_equal(forwards_read(&fs, config, why, sizeof why), -EINVAL);
	assert_string_equal(why, "more than 64 forwards");
}

static int
make_dir(void **state)
{
	(void)state;
	alarm(60);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/socket", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(is_for_this_machine_alone), CASE(is_for_others_when_asked), CASE(heeds_gateway_ports),
		CASE(heeds_an_address), CASE(tells_a_port_in_use), CASE(makes_a_private_socket), CASE(unlinks_when_asked),
		CASE(leaves_remote_forwards_to_the_host),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
