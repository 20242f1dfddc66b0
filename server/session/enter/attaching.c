/* SPDX-License-Identifier: MIT */
#include "attaching.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sessions.h"

#define ANSWER_MS 2000 /* the keeper, and root's part behind it, answer at once; a stopped one never does */

static unsigned char buf[MESSAGE_MAX];

static int
send_with_descriptors(int fd, size_t len, const int *fds, unsigned count)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { buf, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(cm), fds, count * sizeof(int));
	return sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len ? 0 : errno ? -errno : -EPIPE;
}

/* The answer to a claim: 0 for CLAIMED and GRANTED. */
static int
judge(struct attaching *a, size_t len)
{
	struct attach_granted granted;

	switch (attach_type_of(buf, len)) {
	case ATTACH_MSG_CLAIMED:
		return attach_decode_number(&a->session, buf, len);
	case ATTACH_MSG_GRANTED:
		if (attach_decode_granted(&granted, buf, len) < 0)
			return -EBADMSG;
		a->session = granted.session;
		memcpy(a->token, granted.token, sizeof a->token);
		return 0;
	case ATTACH_MSG_REFUSED:
		return attach_decode_refused(&a->refused, buf, len) < 0 ? -EBADMSG : -EACCES;
	default:
		return -EBADMSG;
	}
}

/* Sends the claim M, and takes the answer. */
static int
claim(struct attaching *a, uint32_t id, const struct attach_claim *m, const int *fds, unsigned count, struct waiting *w)
{
	int len = attach_encode_claim(m, buf, sizeof buf), rc;

	memset(a, 0, sizeof *a);
	a->fd = -1;
	if (len < 0)
		return len;
	a->fd = session_connect(geteuid(), id);
	if (a->fd < 0)
		return a->fd;
	rc = send_with_descriptors(a->fd, (size_t)len, fds, count);
	if (rc == 0)
		rc = waiting_message(w, a->fd, buf, sizeof buf, ANSWER_MS);
	if (rc > 0)
		rc = judge(a, (size_t)rc);
	if (rc < 0)
		attaching_close(a);
	return rc == -ECONNRESET ? -EPIPE : rc;
}

int
attaching_claim(struct attaching *a, uint32_t id, const struct attach_claim *m, const int *fds, unsigned count,
                 struct waiting *w)
{
	struct attach_claim older = *m;
	int rc = claim(a, id, m, fds, count, w);

	/* A keeper of an older version does not know the target. */
	if (rc != -EACCES || a->refused.code != ATTACH_REFUSAL_BAD || !termcan_known(&m->target))
		return rc;
	older.target = (struct termcan){ .can = 0 };
	return claim(a, id, &older, fds, count, w);
}

static int
send_plain(struct attaching *a, uint8_t type)
{
	unsigned char msg[8];
	int len = attach_encode_plain(type, msg, sizeof msg);

	return send(a->fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len ? 0 : -EPIPE;
}

bool
attaching_tell(const struct attaching *a, const char *text)
{
	static const unsigned char none[ATTACH_TOKEN];
	unsigned char msg[TEXT_CAP + 8];
	int len = attach_encode_text(ATTACH_MSG_TOLD, text, msg, sizeof msg);

	return memcmp(a->token, none, sizeof none) != 0 && len > 0 &&
	       send(a->fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len;
}

int
attaching_confirm(struct attaching *a)
{
	return send_plain(a, ATTACH_MSG_CONFIRM);
}

/* Whether the message in BUF is the last one: it is then in *res. */
static int
is_end(size_t len, struct attachment_result *res)
{
	switch (attach_type_of(buf, len)) {
	case ATTACH_MSG_EXIT:
		res->end = ATTACHMENT_EXIT;
		return attach_decode_exit(&res->exit, buf, len) == 0;
	case ATTACH_MSG_DETACHED:
		res->end = ATTACHMENT_DETACHED;
		return attach_decode_detached(&res->detached, buf, len) == 0;
	case ATTACH_MSG_CAUSE:
		attach_decode_text(res->cause, buf, len);
		return 0;
	default:
		return 0;
	}
}

void
attaching_wait(struct attaching *a, struct waiting *w, int *other, struct attachment_result *res)
{
	memset(res, 0, sizeof *res);
	res->end = ATTACHMENT_LOST;
	for (;;) {
		struct pollfd p[] = { { .fd = a->fd, .events = POLLIN },
			              { .fd = w->signals, .events = POLLIN },
			              { .fd = *other, .events = POLLIN } };

		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return;
		if (p[0].revents) {
			ssize_t n = recv(a->fd, buf, sizeof buf, MSG_DONTWAIT);

			if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || (n > 0 && is_end((size_t)n, res)))
				return;
		}
		if (p[2].revents) {
			res->told = recv(*other, buf, sizeof buf, MSG_DONTWAIT) > 0;
			close(*other);
			*other = -1;
		}
		waiting_take(w);
		if (w->hangup) {
			res->end = ATTACHMENT_HANGUP;
			return;
		}
		if (w->resized) {
			w->resized = false;
			send_plain(a, ATTACH_MSG_WINCH);
		}
	}
}

void
attaching_close(struct attaching *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}
