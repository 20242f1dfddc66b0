/* SPDX-License-Identifier: MIT */
#include "sending.h"

#include <errno.h>
#include <unistd.h>

#include "clock.h"
#include "sessions.h"

#define ANSWER_MS (ATTACH_SEND_MS + 3000)

void
sending_begin(struct sending *s, uid_t uid, uint32_t id)
{
	*s = (struct sending){ .uid = uid, .id = id, .fd = -1 };
}

void
sending_close(struct sending *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/*
 * Sends the LEN bytes at BYTES: how many were taken, or a negative errno (-ECONNRESET: none, and another keeper
 * comes).
 */
static int
send_some(struct sending *s, const unsigned char *bytes, size_t len)
{
	static unsigned char msg[ATTACH_SEND_MAX + 1], reply[TEXT_CAP + 64];
	int head = attach_encode_send(bytes, len, msg, sizeof msg), n;
	uint32_t taken;

	if (s->fd < 0)
		s->fd = session_connect(s->uid, s->id);
	if (s->fd < 0)
		return s->fd;
	n = session_ask(s->fd, msg, (size_t)head, reply, sizeof reply, ANSWER_MS);
	if (n < 0)
		return n;
	if (attach_type_of(reply, (size_t)n) == ATTACH_MSG_ERROR)
		return attach_decode_refused(&s->refused, reply, (size_t)n) < 0 ? -EPROTO : -EACCES;
	return attach_decode_sent(&taken, reply, (size_t)n) < 0 || taken > len ? -EPROTO : (int)taken;
}

/* Whether the keeper, which has ended the connection, answers questions, but knows no SEND. */
static bool
is_older(const struct sending *s)
{
	unsigned char msg[8], reply[1024];
	struct attach_status st;
	int len = attach_encode_plain(ATTACH_MSG_STATUS, msg, sizeof msg), fd = session_connect(s->uid, s->id), n;
	bool older = false;

	if (fd < 0)
		return false;
	n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, ANSWER_MS);
	if (n > 0 && attach_decode_status(&st, reply, (size_t)n) == 0) {
		len = attach_encode_plain(ATTACH_MSG_QUIET, msg, sizeof msg);
		n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, ANSWER_MS);
		older = n == -EPIPE || n == -ECONNRESET;
	}
	close(fd);
	return older;
}

int
sending_type(struct sending *s, const void *bytes, size_t len, size_t *taken)
{
	const unsigned char *p = bytes;
	uint64_t until = clock_now_ms() + SENDING_STUCK_MS;

	*taken = 0;
	while (*taken < len) {
		size_t left = len - *taken;
		int n = send_some(s, p + *taken, left < ATTACH_SEND_MAX ? left : ATTACH_SEND_MAX);

		if (n > 0) {
			*taken += (size_t)n;
			until = clock_now_ms() + SENDING_STUCK_MS;
			continue;
		}
		if (n < 0 && n != -ECONNRESET) {
			sending_close(s);
			return n == -EPIPE && is_older(s) ? -EPROTO : n;
		}
		if (n == -ECONNRESET)
			sending_close(s);
		if (clock_now_ms() >= until)
			return -ETIMEDOUT;
	}
	return 0;
}
