/* SPDX-License-Identifier: MIT */
#include "hop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#define ORDER_MS 5000 /* it is sent before we are started */

void
hop_said(struct hop *h, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	/* INT_MAX is no descriptor, and so fails later. */
	h->fd = *end || end == text || n < 3 || n > INT_MAX ? INT_MAX : (int)n;
}

int
hop_take(struct hop *h)
{
	struct pollfd p = { .fd = h->fd, .events = POLLIN };
	unsigned char buf[HOPMSG_MAX];
	ssize_t n;

	if (fcntl(h->fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	if (poll(&p, 1, ORDER_MS) < 1)
		return -ETIMEDOUT;
	n = recv(h->fd, buf, sizeof buf, MSG_DONTWAIT);
	if (n < 0)
		return -errno;
	return hopmsg_decode_order(&h->order, buf, (size_t)n);
}

void
hop_report(const struct hop *h, const struct hopmsg_report *m)
{
	unsigned char buf[HOPMSG_MAX];
	int n = hopmsg_encode_report(m, buf, sizeof buf);

	if (n > 0)
		(void)send(h->fd, buf, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}
