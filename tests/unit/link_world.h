/* SPDX-License-Identifier: MIT */
/* link_world: a transport whose other end is the test: it puts frames into SAYS, and finds the client's in HEARS. */
#ifndef HOLDFAST_LINK_WORLD_H
#define HOLDFAST_LINK_WORLD_H

#include "unit.h"

#include "transport.h"

/* What the host says, and what it hears: whole frames. */
static unsigned char says[65536], hears[131072];
static size_t says_len, hears_len;

static int
start(struct transport *t, enum transport_request what, const char *command)
{
	(void)what;
	(void)command;
	t->state = TRANSPORT_OPEN;
	return 0;
}

static void
step(struct transport *t, const struct pollfd *fds, unsigned count)
{
	(void)t;
	(void)fds;
	(void)count;
}

static size_t
take(struct transport *t, void *to, size_t cap)
{
	size_t n = says_len < cap ? says_len : cap;

	(void)t;
	memcpy(to, says, n);
	memmove(says, says + n, says_len - n);
	says_len -= n;
	return n;
}

static size_t
put(struct transport *t, const void *from, size_t n)
{
	(void)t;
	assert_true(hears_len + n <= sizeof hears);
	memcpy(hears + hears_len, from, n);
	hears_len += n;
	return n;
}

static void
finish(struct transport *t)
{
	free(t);
}

static const struct transport_ops ops = { .name = "fake", .start = start, .step = step, .read = take, .write = put,
	                                  .free = finish };

static void
say(const void *p, int n)
{
	assert_true(n > 0 && says_len + (size_t)n <= sizeof says);
	memcpy(says + says_len, p, (size_t)n);
	says_len += (size_t)n;
}

#endif
