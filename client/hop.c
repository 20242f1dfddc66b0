/* SPDX-License-Identifier: MIT */
#include "hop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "link_first.h"
#include "link_hop.h"

#define ORDER_MS 5000 /* it is sent before we are started */

void
hop_said(struct hop *h, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	/* INT_MAX is no descriptor, and so fails later. */
	h->fd = *end || end == text || n < 3 || n > INT_MAX ? INT_MAX : (int)n;
}

/* From now on each link says whose login it carries, and has this node vouch for that. */
static void
carry(const struct hopmsg_order *o)
{
	struct frame_hop m = { .hops = FRAME_HOPS };

	memcpy(m.pool, o->pool, sizeof m.pool);
	memcpy(m.node, o->from, sizeof m.node);
	memcpy(m.unique, o->unique, sizeof m.unique);
	link_hop_set(&m, o->node);
}

#define PLAIN FRAME_LINE_FEATURE
#define WITH_X11 FRAME_LINE_FEATURE "," FRAME_X11_FEATURE

const char *
hop_features(bool x11)
{
	return x11 ? WITH_X11 : PLAIN;
}

void
hop_name_features(bool x11)
{
	link_first_features(x11 ? FRAME_CLIENT_FEATURES "," WITH_X11 : FRAME_CLIENT_FEATURES "," PLAIN);
}

int
hop_take(struct hop *h)
{
	struct pollfd p = { .fd = h->fd, .events = POLLIN };
	unsigned char buf[HOPMSG_MAX];
	ssize_t n;
	int rc;

	if (fcntl(h->fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	if (poll(&p, 1, ORDER_MS) < 1)
		return -ETIMEDOUT;
	n = recv(h->fd, buf, sizeof buf, MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	rc = hopmsg_decode_order(&h->order, buf, (size_t)n);
	if (!rc)
		carry(&h->order);
	return rc;
}

void
hop_report(const struct hop *h, const struct hopmsg_report *m)
{
	unsigned char buf[HOPMSG_MAX];
	int n = hopmsg_encode_report(m, buf, sizeof buf);

	if (n > 0)
		(void)send(h->fd, buf, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}
