/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tcpinfo.h"

struct pair {
	int listener, client, server;
	struct tcp_tuple tuple; /* as the server's end is named: peer is the client */
};

static uint16_t
port_of(int fd, bool peer)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof a;

	assert_int_equal((peer ? getpeername : getsockname)(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
	                                    : ((struct sockaddr_in6 *)&a)->sin6_port);
}

/* Skips the test where there is no such family. */
static void
pair_open(struct pair *p, int family, bool mapped)
{
	struct sockaddr_in six_or_four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
	struct sockaddr *bound = family == AF_INET ? (struct sockaddr *)&six_or_four : (struct sockaddr *)&six;
	socklen_t len = family == AF_INET ? sizeof six_or_four : sizeof six;
	const char *text = family == AF_INET ? (mapped ? "::ffff:127.0.0.1" : "127.0.0.1") : "::1";

	p->listener = socket(mapped ? AF_INET6 : family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->listener < 0 || bind(p->listener, mapped ? (struct sockaddr *)&any : bound, mapped ? sizeof any : len))
		skip();
	assert_int_equal(listen(p->listener, 1), 0);
	p->client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (family == AF_INET)
		six_or_four.sin_port = htons(port_of(p->listener, false));
	else
		six.sin6_port = htons(port_of(p->listener, false));
	assert_int_equal(connect(p->client, bound, len), 0);
	p->server = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(p->server >= 0);
	assert_int_equal(tcp_tuple_parse(&p->tuple, text, port_of(p->client, false), text,
	                                 port_of(p->server, false)), 0);
}

static void
pair_close(struct pair *p)
{
	close(p->client);
	close(p->server);
	close(p->listener);
}

static void
look(int family, bool mapped)
{
	struct pair p;
	struct tcpinfo i;
	char byte = 'x';

	pair_open(&p, family, mapped);
	assert_int_equal(tcpinfo_get(&p.tuple, &i), 0);
	assert_int_equal(i.state, 1);
	assert_int_equal(i.bytes_acked, 0);
	assert_true(i.rto_us > 0);
	assert_true(i.segment > 0);
	assert_int_equal(write(p.client, "abc", 3), 3);
	assert_int_equal(write(p.server, "hello", 5), 5);
	assert_int_equal(recv(p.client, &byte, 1, MSG_PEEK), 1); /* it has come, so it was acknowledged */
	assert_int_equal(recv(p.server, &byte, 1, MSG_PEEK), 1);
	assert_int_equal(tcpinfo_get(&p.tuple, &i), 0);
	assert_int_equal(i.bytes_sent, 5);
	assert_int_equal(i.receive_queue, 3);
	pair_close(&p);
}

static void
ipv4(void **state)
{
	(void)state;
	look(AF_INET, false);
}

static void
ipv4_mapped(void **state)
{
	(void)state;
	look(AF_INET, true);
}

static void
ipv6(void **state)
{
	(void)state;
	look(AF_INET6, false);
}

/* Nobody reads: what can't be delivered shows in the send queue. */
static void
a_full_queue(void **state)
{
	struct pair p;
	struct tcpinfo i;
	char chunk[4096] = {0};
	size_t put = 0;
	ssize_t n;
	int fd = tcpinfo_open();

	(void)state;
	assert_true(fd >= 0);
	pair_open(&p, AF_INET, false);
	while ((n = send(p.server, chunk, sizeof chunk, MSG_DONTWAIT)) > 0)
		put += (size_t)n;
	assert_int_equal(tcpinfo_read(fd, &p.tuple, &i), 0);
	assert_true(i.send_queue > 0);
	assert_true(i.not_sent <= i.send_queue);
	assert_true(i.bytes_acked + i.send_queue >= put);
	close(fd);
	pair_close(&p);
}

/* The listener on the same port is not taken for the connection, nor is one that has ended. */
static void
gone(void **state)
{
	struct pair p;
	struct tcp_tuple other;
	struct tcpinfo i = {.segment = 77};

	(void)state;
	pair_open(&p, AF_INET, false);
	other = p.tuple;
	other.peer_port ^= 1;
	assert_int_equal(tcpinfo_get(&other, &i), -ENOENT);
	close(p.client);
	close(p.server);
	p.client = p.server = -1;
	assert_int_equal(tcpinfo_get(&p.tuple, &i), -ENOENT);
	assert_int_equal(i.segment, 77);
	pair_close(&p);
}

static void
tuples(void **state)
{
	struct tcp_tuple t = {.family = 77};

	(void)state;
	assert_int_equal(tcp_tuple_parse(&t, "", 1, "127.0.0.1", 2), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "-", 1, "-", 2), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "host", 1, "127.0.0.1", 2), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "127.0.0.1", 0, "127.0.0.1", 2), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "127.0.0.1", 1, "127.0.0.1", 0), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "127.0.0.1", 1, "::1", 2), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "127.0.0.1%nosuchif9", 1, "127.0.0.1", 2), -EINVAL);
	assert_int_equal(tcp_tuple_parse(&t, "00000000000000000000000000000000000000000000000000", 1, "::1", 2), -EINVAL);
	assert_int_equal(t.family, 77);
	assert_int_equal(tcp_tuple_parse(&t, "fe80::1%lo", 1, "fe80::2%lo", 2), 0);
	assert_true(t.interface > 0);
	assert_int_equal(tcp_tuple_parse(&t, "::ffff:192.0.2.1", 1, "192.0.2.2", 2), 0);
	assert_int_equal(t.family, AF_INET);
	t.family = 0;
	assert_int_equal(tcpinfo_get(&t, &(struct tcpinfo){0}), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4),
		cmocka_unit_test(ipv4_mapped),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(a_full_queue),
		cmocka_unit_test(gone),
		cmocka_unit_test(tuples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
