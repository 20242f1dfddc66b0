/* SPDX-License-Identifier: MIT */
#include "voucher.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "daemonsocket.h"
#include "ticket.h"
#include "vouch.h"

static int
put(int fd, const void *message, size_t len)
{
	return send(fd, message, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -EPIPE;
}

/* A frame of N bytes without its length, as holdfastd takes it. */
static int
put_frame(int fd, const unsigned char *frame, int n)
{
	return n < 0 ? n : put(fd, frame + FRAME_HOP_LENGTH, (size_t)n - FRAME_HOP_LENGTH);
}

static int
ask(int fd, const struct ticket *t, const struct frame_hop *hop, const struct frame_hop_challenge *c)
{
	const struct vouch_request q = { .op = VOUCH_OP_SIGN, .ticket = *t };
	unsigned char request[VOUCH_REQUEST_BYTES], frame[1024];
	int rc;

	vouch_encode_request(&q, request);
	rc = put(fd, request, sizeof request);
	if (!rc)
		rc = put_frame(fd, frame, frame_put_hop(hop, frame, sizeof frame));
	return rc ? rc : put_frame(fd, frame, frame_put_hop_challenge(c, frame, sizeof frame));
}

/* The next message before DEADLINE: its length. */
static int
next(int fd, unsigned char *buf, size_t cap, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now = clock_now_ms();
	ssize_t n;

	if (now >= deadline || poll(&p, 1, (int)(deadline - now)) <= 0)
		return -ETIMEDOUT;
	n = recv(fd, buf, cap, MSG_DONTWAIT | MSG_TRUNC);
	return n <= 0 || (size_t)n > cap ? -EPIPE : (int)n;
}

/* The voucher, as holdfastd sends it, becomes a frame again. */
static int
take(int fd, unsigned char *out, size_t cap)
{
	uint64_t deadline = clock_now_ms() + VOUCHER_MS;
	unsigned char buf[FRAME_HOP_MAX];
	struct frame_hop_voucher v;
	int n;

	do
		n = next(fd, buf, sizeof buf, deadline);
	while (n > 0 && buf[0] == VOUCH_QUEUED);
	if (n < 0)
		return n;
	if (buf[0] == VOUCH_REFUSED)
		return -EACCES;
	if (buf[0] != FRAME_HOP_VOUCHER || frame_get_hop_voucher(&v, buf + 1, (size_t)n - 1))
		return -EPROTO;
	return frame_put_hop_voucher(&v, out, cap);
}

int
voucher_get(const struct frame_hop *hop, const struct frame_hop_challenge *c, unsigned char *out, size_t cap)
{
	struct ticket t;
	int fd, rc;

	if (ticket_parse(&t, getenv("HOLDFAST_TICKET")))
		return -ENOENT;
	fd = daemonsocket_open();
	if (fd < 0)
		return fd == -ECONNREFUSED ? -ENOENT : fd;
	rc = ask(fd, &t, hop, c);
	if (!rc)
		rc = take(fd, out, cap);
	close(fd);
	return rc;
}
