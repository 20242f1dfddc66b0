/* SPDX-License-Identifier: MIT */
#include "answering.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "listen.h"
#include "poolmsg.h"

#define SEND_BUFFER 524288 /* bytes: most answers fit, so that the reader need not keep up */
#define FIRST_CAP 4096

int
answering_open(struct answering *a, const char *path)
{
	int fd = listen_bind(path, SOCK_SEQPACKET);

	if (fd < 0)
		return fd;
	a->fd = fd;
	return 0;
}

/* Connection I has ended; the last one takes its place. */
static void
drop(struct answering *a, size_t i)
{
	close(a->v[i].fd);
	free(a->v[i].answer);
	a->v[i] = a->v[--a->count];
}

void
answering_close(struct answering *a)
{
	while (a->count)
		drop(a, 0);
	fd_close(&a->fd);
}

size_t
answering_poll(const struct answering *a, struct pollfd *p)
{
	p[0] = (struct pollfd){ .fd = a->count < ANSWERING_MAX ? a->fd : -1, .events = POLLIN };
	for (size_t i = 0; i < a->count; i++)
		p[i + 1] = (struct pollfd){ .fd = a->v[i].fd, .events = a->v[i].answer ? POLLOUT : POLLIN };
	return a->count + 1;
}

uint64_t
answering_deadline(const struct answering *a)
{
	uint64_t first = CLOCK_NEVER;

	for (size_t i = 0; i < a->count; i++)
		clock_sooner(&first, a->v[i].until_ms);
	return first;
}

/* Whether there was memory for a message more. */
static bool
append(struct answering_conn *c, const void *message, size_t len)
{
	uint16_t head = (uint16_t)len;
	size_t cap = c->cap ? c->cap : FIRST_CAP;
	char *grown;

	while (cap < c->len + sizeof head + len)
		cap *= 2;
	if (cap != c->cap) {
		grown = realloc(c->answer, cap);
		if (!grown)
			return false;
		c->answer = grown;
		c->cap = cap;
	}
	memcpy(c->answer + c->len, &head, sizeof head);
	memcpy(c->answer + c->len + sizeof head, message, len);
	c->len += sizeof head + len;
	return true;
}

static bool
take_entry(void *arg, const unsigned char *message, size_t len)
{
	return append(arg, message, len);
}

static bool
take_member(void *arg, const struct pool_member *m)
{
	unsigned char message[POOL_MESSAGE_MAX];
	int len = pool_encode_member(m, message, sizeof message);

	return len < 0 || append(arg, message, (size_t)len);
}

/* What is not proven to be so any more, as a store that is away would have it, is not said. */
static void
make_answer(struct answering *a, struct answering_conn *c, const struct pool_ask *ask, uint64_t now)
{
	unsigned char message[POOL_MESSAGE_MAX];
	struct pool_health h = { 0 };
	int len;

	if (store_usable(a->store, now) && ask->what == POOL_WHAT_USER)
		directory_user(a->directory, ask->user, take_entry, c);
	else if (store_usable(a->store, now))
		directory_nodes(a->directory, take_member, c);
	store_health(a->store, now, &h);
	snprintf(h.pool, sizeof h.pool, "%s", a->pool);
	snprintf(h.node, sizeof h.node, "%s", a->node);
	len = pool_encode_health(&h, message, sizeof message);
	if (len > 0)
		append(c, message, (size_t)len);
	a->answered++;
}

/* Whether the connection goes on. */
static bool
hear(struct answering *a, struct answering_conn *c, uint64_t now)
{
	unsigned char buf[POOL_MESSAGE_MAX];
	struct pool_ask ask;
	ssize_t n = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0 || (size_t)n > sizeof buf || pool_decode_ask(&ask, buf, (size_t)n))
		return false;
	make_answer(a, c, &ask, now);
	c->until_ms = now + ANSWERING_MS;
	return c->answer != NULL;
}

/* The same: all that the socket takes is sent. */
static bool
speak(struct answering_conn *c)
{
	while (c->sent < c->len) {
		uint16_t head;
		const char *message = c->answer + c->sent + sizeof head;

		memcpy(&head, c->answer + c->sent, sizeof head);
		if (send(c->fd, message, head, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return errno == EAGAIN || errno == EINTR;
		c->sent += sizeof head + head;
	}
	return false;
}

static void
greet(struct answering *a, uint64_t now)
{
	while (a->count < ANSWERING_MAX) {
		int size = SEND_BUFFER, fd = accept4(a->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		if (!listen_trusts(fd)) {
			close(fd);
			continue;
		}
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
		a->v[a->count++] = (struct answering_conn){ .fd = fd, .until_ms = now + ANSWERING_MS };
	}
}

void
answering_turn(struct answering *a, uint64_t now)
{
	greet(a, now);
	for (size_t i = 0; i < a->count;) {
		struct answering_conn *c = &a->v[i];
		bool goes_on = c->until_ms > now;

		if (goes_on && !c->answer)
			goes_on = hear(a, c, now);
		if (goes_on && c->answer)
			goes_on = speak(c);
		if (goes_on)
			i++;
		else
			drop(a, i);
	}
}
