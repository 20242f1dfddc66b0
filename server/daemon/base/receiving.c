/* SPDX-License-Identifier: MIT */
#include "receiving.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>

#include "clock.h"

ssize_t
receiving_take(int conn, void *buf, size_t cap)
{
	struct iovec iov = { .iov_base = buf, .iov_len = cap };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	bool reset = false;
	ssize_t n;

	/*
	 * A caller that has left without reading our answer is told by an error, once; its message comes behind that.
	 */
	do {
		n = recvmsg(conn, &msg, MSG_DONTWAIT);
		reset = !reset && n < 0 && errno == ECONNRESET;
	} while (n < 0 && (errno == EINTR || reset));
	if (n < 0)
		return -errno;
	return msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -EBADMSG : n;
}

bool
receiving_wait(int conn, int timeout_ms)
{
	uint64_t now = clock_now_ms(), end = now + (uint64_t)timeout_ms;

	for (; now < end; now = clock_now_ms()) {
		struct pollfd p = { .fd = conn, .events = POLLIN };
		int n = poll(&p, 1, (int)(end - now));

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
	return false;
}
