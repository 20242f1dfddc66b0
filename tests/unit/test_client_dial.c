/* SPDX-License-Identifier: MIT */
/* dial: which of a host's addresses is taken, and that it can be given up.  The addresses of "name" are made up here. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "dial.h"
#include "sshconfig.h"

#define ADDRESSES_MAX 20
#define TIME_LIMIT_S 30 /* what hangs is ended by SIGALRM */

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found);
int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found);
void __wrap_freeaddrinfo(struct addrinfo *list);
void __real_freeaddrinfo(struct addrinfo *list);

static struct sockaddr_in6 v6;
static struct sockaddr_in v4[ADDRESSES_MAX];
static struct addrinfo made_up[ADDRESSES_MAX];
static unsigned count;
static atomic_int asked;            /* look-ups so far; */
static bool hold_first;             /* only the first of them waits */
static int held = -1, answered = -1; /* eventfds: a look-up waits for the first, and tells by the second that it is over */

int
__wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	eventfd_t value;

	if (held >= 0 && (atomic_fetch_add(&asked, 1) == 0 || !hold_first)) {
		(void)eventfd_read(held, &value);
		(void)eventfd_write(answered, 1);
		return EAI_AGAIN;
	}
	if (strcmp(host, "name") != 0)
		return __real_getaddrinfo(host, service, hints, found);
	*found = count ? made_up : NULL;
	return count ? 0 : EAI_NONAME;
}

void
__wrap_freeaddrinfo(struct addrinfo *list)
{
	if (list != made_up)
		__real_freeaddrinfo(list);
}

static void
add(struct sockaddr *address, socklen_t len)
{
	struct addrinfo *a = &made_up[count];

	*a = (struct addrinfo){ .ai_family = address->sa_family, .ai_socktype = SOCK_STREAM, .ai_addr = address,
	                        .ai_addrlen = len };
	if (count)
		made_up[count - 1].ai_next = a;
	count++;
}

static void
add_v4(const char *address, in_port_t port)
{
	struct sockaddr_in *a = &v4[count];

	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
	assert_int_equal(inet_pton(AF_INET, address, &a->sin_addr), 1);
	add((struct sockaddr *)a, sizeof *a);
}

/* Nobody is there: the port of discard is closed, or there is no IPv6 at all. */
static void
add_v6(void)
{
	v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(9) };
	assert_int_equal(inet_pton(AF_INET6, "::1", &v6.sin6_addr), 1);
	add((struct sockaddr *)&v6, sizeof v6);
}

/* Listens on 127.0.0.1; *PORT in network order. */
static int
listen_here(int backlog, in_port_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = a.sin_port;
	return fd;
}

/* A listener whose queue is full answers nobody any more.  FDS gets what fills it. */
static int
listen_full(in_port_t *port, int fds[8])
{
	int fd = listen_here(0, port);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = *port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (int i = 0; i < 8; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fds[i], (struct sockaddr *)&a, sizeof a);
	}
	return fd;
}

static void
close_all(int fd, int fds[8])
{
	close(fd);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
}

static struct sshconfig *
config(const char *hostname, in_port_t port)
{
	struct sshconfig *c = sshconfig_new();

	assert_non_null(c);
	free(c->hostname);
	c->hostname = strdup(hostname);
	c->port = ntohs(port);
	return c;
}

static int
setup(void **state)
{
	(void)state;
	count = 0;
	held = -1;
	alarm(TIME_LIMIT_S);
	return 0;
}

static void
connects(void **state)
{
	in_port_t port;
	int listener = listen_here(5, &port), cancel = eventfd(0, EFD_CLOEXEC), fd, one = 0;
	struct sshconfig *c = config("127.0.0.1", port);
	struct sockaddr_in from;
	socklen_t len = sizeof one;
	char address[64], why[300];

	(void)state;
	c->bind_address = strdup("127.0.0.9");
	fd = dial(c, cancel, address, sizeof address, why, sizeof why);
	assert_true(fd >= 0);
	assert_string_equal(address, "127.0.0.1");
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, &len), 0);
	assert_int_equal(one, 1);
	len = sizeof from;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&from, &len), 0);
	assert_int_equal(ntohl(from.sin_addr.s_addr), 0x7f000009);
	close(fd);
	close(listener);
	close(cancel);
	sshconfig_free(c);
}

static void
says_why_not(void **state)
{
	in_port_t port;
	int listener = listen_here(5, &port), cancel = eventfd(0, EFD_CLOEXEC);
	struct sshconfig *c = config("127.0.0.1", port);
	char address[64], why[300] = "", expected[64];

	(void)state;
	close(listener);
	assert_int_equal(dial(c, cancel, address, sizeof address, why, sizeof why), -ECONNREFUSED);
	snprintf(expected, sizeof expected, "127.0.0.1, port %u: Connection refused", ntohs(port));
	assert_string_equal(why, expected);
	c->bind_address = strdup("::1");
	assert_int_equal(dial(c, cancel, address, sizeof address, why, sizeof why), -EADDRNOTAVAIL);
	sshconfig_free(c);

	c = config("name", port);
	assert_int_equal(dial(c, cancel, address, sizeof address, why, sizeof why), -ENOENT);
	assert_memory_equal(why, "name: ", 6);
	sshconfig_free(c);
	close(cancel);
}

/* An address that does not answer holds nobody up, and one that refuses even less. */
static void
takes_another_address(void **state)
{
	in_port_t full, closed, open;
	int fds[8], hung = listen_full(&full, fds), listener = listen_here(5, &closed), cancel = eventfd(0, EFD_CLOEXEC), fd;
	struct sshconfig *c = config("name", 0);
	struct sockaddr_in to;
	socklen_t len = sizeof to;
	char address[64], why[300];

	(void)state;
	close(listener);
	listener = listen_here(5, &open);
	add_v4("127.0.0.1", full);
	add_v4("127.0.0.1", closed);
	add_v4("127.0.0.1", open);
	fd = dial(c, cancel, address, sizeof address, why, sizeof why);
	assert_true(fd >= 0);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&to, &len), 0);
	assert_int_equal(to.sin_port, open);
	close(fd);
	close(listener);
	close(cancel);
	close_all(hung, fds);
	sshconfig_free(c);
}

/* As many addresses of the other family as are ever tried stand before the one that answers. */
static void
families_take_turns(void **state)
{
	in_port_t port;
	int listener = listen_here(5, &port), cancel = eventfd(0, EFD_CLOEXEC), fd;
	struct sshconfig *c = config("name", 0);
	char address[64], why[300];

	(void)state;
	for (int i = 0; i < 18; i++)
		add_v6();
	add_v4("127.0.0.1", port);
	fd = dial(c, cancel, address, sizeof address, why, sizeof why);
	assert_true(fd >= 0);
	assert_string_equal(address, "127.0.0.1");
	close(fd);
	close(listener);
	close(cancel);
	sshconfig_free(c);
}

/* A descriptor that becomes readable in a moment. */
static int
soon(void)
{
	const struct itimerspec t = { .it_value.tv_nsec = 50000000 };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	assert_int_equal(timerfd_settime(fd, 0, &t, NULL), 0);
	return fd;
}

static void
is_given_up(void **state)
{
	in_port_t full;
	int fds[8], hung = listen_full(&full, fds), cancel = soon();
	struct sshconfig *c = config("127.0.0.1", full);
	char address[64], why[300];

	(void)state;
	assert_int_equal(dial(c, cancel, address, sizeof address, why, sizeof why), -ECANCELED);
	close(cancel);
	close_all(hung, fds);
	sshconfig_free(c);
}

static void
is_given_up_in_a_look_up(void **state)
{
	struct sshconfig *c = config("name", 0);
	struct pollfd over;
	int cancel = soon();
	char address[64], why[300];

	(void)state;
	held = eventfd(0, EFD_CLOEXEC);
	answered = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(dial(c, cancel, address, sizeof address, why, sizeof why), -ECANCELED);
	/* The resolver goes on by itself, and frees what is left. */
	assert_int_equal(eventfd_write(held, 1), 0);
	over = (struct pollfd){ .fd = answered, .events = POLLIN };
	assert_int_equal(poll(&over, 1, TIME_LIMIT_S * 1000), 1);
	close(cancel);
	close(answered);
	close(held);
	sshconfig_free(c);
}

/* A resolver that has lost its question or its answer is asked again, long before it asks again by itself. */
static void
is_looked_up_again(void **state)
{
	in_port_t port;
	int listener = listen_here(5, &port), cancel = eventfd(0, EFD_CLOEXEC), fd;
	struct sshconfig *c = config("name", 0);
	struct pollfd over;
	char address[64], why[300];

	(void)state;
	add_v4("127.0.0.1", port);
	held = eventfd(0, EFD_CLOEXEC);
	answered = eventfd(0, EFD_CLOEXEC);
	atomic_store(&asked, 0);
	hold_first = true;
	fd = dial(c, cancel, address, sizeof address, why, sizeof why);
	assert_true(fd >= 0);
	assert_int_equal(atomic_load(&asked), 2);
	assert_int_equal(eventfd_write(held, 1), 0);
	over = (struct pollfd){ .fd = answered, .events = POLLIN };
	assert_int_equal(poll(&over, 1, TIME_LIMIT_S * 1000), 1);
	hold_first = false;
	close(fd);
	close(listener);
	close(cancel);
	close(answered);
	close(held);
	sshconfig_free(c);
}

/* IP_FREEBIND stands for an address that was there when the connection was made. */
static void
tells_a_lost_address(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int here = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), gone = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int pair[2], one = 1;

	(void)state;
	assert_int_equal(bind(here, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(setsockopt(gone, IPPROTO_IP, IP_FREEBIND, &one, sizeof one), 0);
	assert_int_equal(inet_pton(AF_INET, "192.0.2.77", &a.sin_addr), 1);
	assert_int_equal(bind(gone, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_false(dial_moved(here));
	assert_true(dial_moved(gone));
	assert_false(dial_moved(pair[0]));
	assert_false(dial_moved(-1));
	close(here);
	close(gone);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(connects, setup), cmocka_unit_test_setup(says_why_not, setup),
		cmocka_unit_test_setup(takes_another_address, setup), cmocka_unit_test_setup(families_take_turns, setup),
		cmocka_unit_test_setup(is_given_up, setup), cmocka_unit_test_setup(is_given_up_in_a_look_up, setup),
		cmocka_unit_test_setup(is_looked_up_again, setup), cmocka_unit_test_setup(tells_a_lost_address, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
