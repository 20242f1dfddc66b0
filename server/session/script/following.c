/* SPDX-License-Identifier: MIT */
#include "following.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "sessions.h"

#define AGAIN_MS 50 /* between two attempts to find the next keeper */

static unsigned char buf[ATTACH_FOLLOWED_HEAD + ATTACH_FOLLOWED_MAX + 1];

void
following_close(struct following *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* Which session it is, or whether it is still the same: 0, -ENOENT or another negative errno. */
static int
check_session(struct following *f)
{
	unsigned char msg[8];
	struct attach_status s;
	int len = attach_encode_plain(ATTACH_MSG_STATUS, msg, sizeof msg);
	int n = session_ask(f->fd, msg, (size_t)len, buf, sizeof buf, FOLLOWING_ANSWER_MS);

	/* It has ended with our question unread. */
	if (n < 0)
		return n == -ECONNRESET ? -EPIPE : n;
	if (attach_decode_status(&s, buf, (size_t)n) < 0)
		return -EPROTO;
	if (f->created_ms && s.created_ms != f->created_ms)
		return -ENOENT;
	f->created_ms = s.created_ms;
	return 0;
}

static int
ask(struct following *f, const struct attach_follow *m)
{
	unsigned char msg[32];
	int len = attach_encode_follow(m, msg, sizeof msg);
	int n = session_ask(f->fd, msg, (size_t)len, buf, sizeof buf, FOLLOWING_ANSWER_MS);

	/* A keeper that does not know the message ends the connection. */
	if (n < 0)
		return n == -EPIPE || n == -ECONNRESET ? -EPROTO : n;
	if (attach_type_of(buf, (size_t)n) == ATTACH_MSG_ERROR)
		return attach_decode_refused(&f->refused, buf, (size_t)n) < 0 ? -EPROTO : -EACCES;
	if (attach_decode_sized(&f->size, buf, (size_t)n) < 0)
		return -EPROTO;
	f->fresh = true;
	return 0;
}

/* Connects and asks. */
static int
open_at(struct following *f, const struct attach_follow *m)
{
	int rc;

	f->fd = session_connect(f->uid, f->id);
	if (f->fd < 0)
		return f->fd;
	rc = check_session(f);
	return rc ? rc : ask(f, m);
}

int
following_begin(struct following *f, uid_t uid, uint32_t id, const struct attach_follow *m)
{
	int rc;

	*f = (struct following){ .fd = -1, .uid = uid, .id = id, .channel = m->channel };
	rc = open_at(f, m);
	if (!rc)
		f->next = m->from == ATTACH_FOLLOW_OFFSET ? m->offset : f->size.offset;
	return rc;
}

/* The keeper is gone: goes on with the next one, at the same byte. */
static int
come_back(struct following *f)
{
	struct attach_follow m = { ATTACH_FOLLOW_OFFSET, f->channel, f->next };
	uint64_t until = clock_now_ms() + FOLLOWING_BACK_MS;
	struct attach_sized before = f->size;
	int rc;

	do {
		following_close(f);
		rc = open_at(f, &m);
		/* Killed once more, in the middle of that. */
		if (rc == -EPROTO || rc == -EPIPE || rc == -ECONNRESET || rc == -EAGAIN)
			poll(NULL, 0, AGAIN_MS);
		else
			break;
	} while (clock_now_ms() < until);
	/* Only another size is news. */
	if (!rc && f->size.rows == before.rows && f->size.cols == before.cols)
		f->fresh = false;
	return rc == -ENOENT || rc == -ECONNREFUSED || rc == -EACCES ? -EPIPE : rc;
}

static int
take_output(struct following *f, struct following_event *ev, size_t len)
{
	struct attach_followed m;

	if (attach_decode_followed(&m, buf, len) < 0 || m.offset != f->next)
		return -EPROTO;
	f->next += m.len;
	ev->what = FOLLOWING_OUTPUT;
	ev->offset = m.offset;
	ev->bytes = m.bytes;
	ev->len = m.len;
	return 1;
}

/* Whether the next message is of the session's end.  Behind a gap one follows at once: output, or that. */
static bool
end_comes(const struct following *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	unsigned char first[16];
	ssize_t n = poll(&p, 1, FOLLOWING_ANSWER_MS) > 0 ? recv(f->fd, first, sizeof first, MSG_PEEK | MSG_DONTWAIT) : 0;
	int type = n > 0 ? attach_type_of(first, (size_t)n) : 0;

	return type == ATTACH_MSG_CAUSE || type == ATTACH_MSG_EXIT;
}

static int
take_gap(struct following *f, struct following_event *ev, size_t len)
{
	struct attach_gap m;

	if (attach_decode_gap(&m, buf, len) < 0 || m.from != f->next)
		return -EPROTO;
	f->next = m.to;
	ev->what = FOLLOWING_GAP;
	ev->offset = m.from;
	ev->to = m.to;
	ev->last = end_comes(f);
	return 1;
}

static int
give_size(struct following *f, struct following_event *ev)
{
	f->fresh = false;
	*ev = (struct following_event){ .what = FOLLOWING_SIZED, .offset = f->size.offset, .rows = f->size.rows,
		                        .cols = f->size.cols };
	return 1;
}

/* The message in BUF: 1; 0: it is no event; or a negative errno. */
static int
take(struct following *f, struct following_event *ev, size_t len)
{
	*ev = (struct following_event){ .offset = f->next };
	switch (attach_type_of(buf, len)) {
	case ATTACH_MSG_FOLLOWED:
		return take_output(f, ev, len);
	case ATTACH_MSG_GAP:
		return take_gap(f, ev, len);
	case ATTACH_MSG_SIZED:
		return attach_decode_sized(&f->size, buf, len) < 0 ? -EPROTO : give_size(f, ev);
	case ATTACH_MSG_CAUSE:
		return attach_decode_text(f->cause, buf, len) < 0 ? -EPROTO : 0;
	case ATTACH_MSG_EXIT:
		ev->what = FOLLOWING_END;
		f->ended = true;
		return attach_decode_exit(&ev->exit, buf, len) < 0 ? -EPROTO : 1;
	default:
		return -EPROTO;
	}
}

/* What has come, without waiting: as following_next(). */
static int
receive(struct following *f, struct following_event *ev)
{
	for (;;) {
		ssize_t n = recv(f->fd, buf, sizeof buf, MSG_DONTWAIT);
		int rc;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		rc = n > 0 ? take(f, ev, (size_t)n) : come_back(f);
		if (!rc && f->fresh)
			return give_size(f, ev);
		if (rc)
			return rc;
	}
}

int
following_next(struct following *f, struct following_event *ev, int timeout_ms)
{
	uint64_t until = timeout_ms < 0 ? CLOCK_NEVER : clock_now_ms() + (uint64_t)timeout_ms;

	if (f->fresh)
		return give_size(f, ev);
	if (f->ended || f->fd < 0)
		return -EPIPE;
	for (;;) {
		struct pollfd p = { .fd = f->fd, .events = POLLIN };
		int rc = receive(f, ev), left = -1;
		uint64_t now;

		if (rc)
			return rc;
		if (until != CLOCK_NEVER) {
			now = clock_now_ms();
			if (now >= until)
				return 0;
			left = (int)(until - now);
		}
		p.fd = f->fd;
		if (poll(&p, 1, left) < 0)
			return -errno;
	}
}
