/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dial.h"
#include "lookup.h"
#include "newfd.h"
#include "tcptune.h"

#define TRIES_MAX 16      /* addresses of one host */
#define NEXT_AFTER_MS 250 /* RFC 8305, 5 */
#define AGAIN_MS 1500     /* an address that has not answered is tried once more: the kernel's own pauses grow */
#define LOOKUP_AGAIN_MS 1500 /* the same of a name: a resolver waits for five seconds */
#define LOOKUPS_MAX 6
#define USER_TIMEOUT_MS 30000 /* sent and not acknowledged: the line is dead */
#define UNSENT 65536      /* bytes: a signal waits behind what the kernel has taken */
#define KEEP_IDLE_S 30
#define KEEP_INTERVAL_S 10
#define KEEP_COUNT 3

struct race {
	const struct sshconfig *c;
	struct pollfd fds[TRIES_MAX + 1]; /* the last is CANCEL */
	const struct addrinfo *address[TRIES_MAX]; /* in the order to try them */
	const struct addrinfo *tried[TRIES_MAX];   /* by the descriptors */
	unsigned count, open; /* addresses; descriptors in use, TRIES_MAX at most */
	unsigned started;     /* tries, of which the oldest ones are given up when there are too many */
	int error; /* the last one */
};

/* The families take turns, beginning with the one that the resolver put first. */
static void
order(struct race *r, const struct addrinfo *found)
{
	const struct addrinfo *first = found, *second = found;
	int family = found ? found->ai_family : 0;

	while (r->count < TRIES_MAX && (first || second)) {
		while (first && first->ai_family != family)
			first = first->ai_next;
		if (first) {
			r->address[r->count++] = first;
			first = first->ai_next;
		}
		while (second && second->ai_family == family)
			second = second->ai_next;
		if (second && r->count < TRIES_MAX) {
			r->address[r->count++] = second;
			second = second->ai_next;
		}
	}
}

static int
bind_to(int fd, const struct sshconfig *c, int family)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST }, *found;
	int r = 0;

	if (c->bind_interface && (r = tcptune_interface(fd, c->bind_interface)) < 0)
		return r;
	if (!c->bind_address)
		return 0;
	if (getaddrinfo(c->bind_address, NULL, &hints, &found))
		return -EADDRNOTAVAIL;
	if (bind(fd, found->ai_addr, found->ai_addrlen) < 0)
		r = -errno;
	freeaddrinfo(found);
	return r;
}

static void
set_int(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof(value)); /* all of these are only for the better */
}

static void
tune(int fd, const struct sshconfig *c, int family)
{
	int tos = c->bulk ? c->ipqos_bulk : c->ipqos_interactive;

	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	tcptune_user_timeout(fd, USER_TIMEOUT_MS);
	tcptune_unsent(fd, UNSENT);
	if (c->tcp_keepalive)
		tcptune_keepalive(fd, KEEP_IDLE_S, KEEP_INTERVAL_S, KEEP_COUNT);
	if (tos >= 0) {
		if (family == AF_INET6)
			set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, tos);
		else
			set_int(fd, IPPROTO_IP, IP_TOS, tos);
	}
}

static void
start_next(struct race *r)
{
	const struct addrinfo *a = r->address[r->started % r->count];
	unsigned slot = r->started++ % TRIES_MAX;
	struct pollfd *p = &r->fds[slot];
	int error;

	if (slot < r->open && p->fd >= 0)
		close(p->fd);
	else if (slot >= r->open)
		r->open = slot + 1;
	r->tried[slot] = a;
	*p = (struct pollfd){ .fd = -1, .events = POLLOUT };
	p->fd = newfd_socket(a->ai_family, SOCK_STREAM, true);
	if (p->fd < 0) {
		r->error = errno;
		return;
	}
	error = -bind_to(p->fd, r->c, a->ai_family);
	if (!error) {
		tune(p->fd, r->c, a->ai_family);
		if (connect(p->fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS)
			error = errno;
	}
	if (error) {
		r->error = error;
		close(p->fd);
		p->fd = -1;
	}
}

/* The index of one that is connected, or -1; those that failed are closed. */
static int
look(struct race *r)
{
	socklen_t len = sizeof(int);
	int error;

	for (unsigned i = 0; i < r->open; i++) {
		if (r->fds[i].fd < 0 || !r->fds[i].revents)
			continue;
		error = 0;
		if (getsockopt(r->fds[i].fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
			error = errno;
		if (!error)
			return (int)i;
		r->error = error;
		close(r->fds[i].fd);
		r->fds[i].fd = -1;
	}
	return -1;
}

static bool
any_open(const struct race *r)
{
	for (unsigned i = 0; i < r->open; i++)
		if (r->fds[i].fd >= 0)
			return true;
	return false;
}

/* From one try to the next: all addresses in turn, and then each of them anew. */
static int
pause_ms(const struct race *r)
{
	int again = AGAIN_MS / (int)(r->count ? r->count : 1);

	return r->started < r->count || again < NEXT_AFTER_MS ? NEXT_AFTER_MS : again;
}

/* The index of the winner, or a negative errno. */
static int
run(struct race *r, int cancel)
{
	struct pollfd *const stop = &r->fds[TRIES_MAX];
	struct pollfd now[TRIES_MAX + 1];
	bool due = true;
	int n, winner = -1;

	*stop = (struct pollfd){ .fd = cancel, .events = POLLIN };
	for (;;) {
		if (r->started < r->count || (due && any_open(r)))
			start_next(r);
		if (r->started >= r->count && !any_open(r))
			return r->error ? -r->error : -EHOSTUNREACH;
		memcpy(now, r->fds, r->open * sizeof(now[0]));
		now[r->open] = *stop;
		n = any_open(r) ? poll(now, r->open + 1, pause_ms(r)) : 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		due = n == 0;
		if (n <= 0)
			continue;
		if (now[r->open].revents)
			return -ECANCELED;
		for (unsigned i = 0; i < r->open; i++)
			r->fds[i].revents = now[i].revents;
		if ((winner = look(r)) >= 0)
			return winner;
	}
}

static int
connect_any(const struct sshconfig *c, const struct addrinfo *found, int cancel, char *address, size_t cap)
{
	struct race r = { .c = c };
	int winner, fd;

	order(&r, found);
	winner = run(&r, cancel);
	for (unsigned i = 0; i < r.open; i++)
		if (r.fds[i].fd >= 0 && (int)i != winner)
			close(r.fds[i].fd);
	if (winner < 0)
		return winner;
	fd = r.fds[winner].fd;
	if (getnameinfo(r.tried[winner]->ai_addr, r.tried[winner]->ai_addrlen, address, (socklen_t)cap, NULL, 0,
	                NI_NUMERICHOST))
		snprintf(address, cap, "?");
	return fd;
}

/* Look-ups of one name: a resolver that waits for a lost answer is asked once more, by another thread. */
struct lookups {
	struct lookup *v[LOOKUPS_MAX];
	unsigned count;
};

/* The first that is over: 0 and *OVER; -ECANCELED, or another negative errno. */
static int
look_up(struct lookups *all, const struct sshconfig *c, int cancel, struct lookup **over)
{
	struct pollfd p[LOOKUPS_MAX + 1];
	int n = 0;

	for (;;) {
		if (n == 0 && all->count < LOOKUPS_MAX &&
		    (all->v[all->count] = lookup_start(c->hostname, c->port, c->family)))
			all->count++;
		if (!all->count)
			return -ENOMEM;
		for (unsigned i = 0; i < all->count; i++)
			p[i] = (struct pollfd){ .fd = lookup_fd(all->v[i]), .events = POLLIN };
		p[all->count] = (struct pollfd){ .fd = cancel, .events = POLLIN };
		n = poll(p, all->count + 1, all->count < LOOKUPS_MAX ? LOOKUP_AGAIN_MS : -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && p[all->count].revents)
			return -ECANCELED;
		for (unsigned i = 0; n > 0 && i < all->count; i++)
			if (p[i].revents) {
				*over = all->v[i];
				return 0;
			}
	}
}

int
dial(const struct sshconfig *c, int cancel, char *address, size_t cap, char *why, size_t why_cap)
{
	struct lookups all = { .count = 0 };
	struct lookup *over = NULL;
	const struct addrinfo *found;
	int r = look_up(&all, c, cancel, &over);

	if (r == 0) {
		found = lookup_result(over, why, why_cap);
		r = found ? connect_any(c, found, cancel, address, cap) : -ENOENT;
		if (r < 0 && found)
			snprintf(why, why_cap, "%s, port %u: %s", c->hostname, c->port, strerror(-r));
	} else {
		snprintf(why, why_cap, "%s: %s", c->hostname, strerror(-r));
	}
	for (unsigned i = 0; i < all.count; i++)
		lookup_leave(all.v[i]);
	return r;
}

/* bind(2) fails with EADDRNOTAVAIL where no interface has the address (ip(7)). */
bool
dial_moved(int fd)
{
	union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } from = { 0 };
	socklen_t len = sizeof(from);
	bool gone;

	if (fd < 0 || getsockname(fd, &from.any, &len) < 0)
		return false;
	if (from.any.sa_family == AF_INET)
		from.v4.sin_port = 0;
	else if (from.any.sa_family == AF_INET6)
		from.v6.sin6_port = 0;
	else
		return false; /* a proxy */
	fd = newfd_socket(from.any.sa_family, SOCK_DGRAM, false);
	gone = fd >= 0 && bind(fd, &from.any, len) < 0 && errno == EADDRNOTAVAIL;
	if (fd >= 0)
		close(fd);
	return gone;
}
