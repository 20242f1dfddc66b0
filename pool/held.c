/* SPDX-License-Identifier: MIT */
#include "held.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "fd.h"
#include "log.h"
#include "paths.h"
#include "poolmsg.h"
#include "vouch.h"

#define ANSWER_MS 10000 /* holdfastd may have much to do */
#define AGAIN_MS 2000   /* after a failure; longer with each */
#define AGAIN_MAX_MS 60000

void
held_init(struct held *h)
{
	*h = (struct held){ .fd = -1 };
}

struct pollfd
held_poll(const struct held *h)
{
	return (struct pollfd){ .fd = h->fd, .events = POLLIN };
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof at.sun_path) {
		close(fd);
		return -ENAMETOOLONG;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static int
ask(int fd)
{
	struct vouch_request q = { .op = VOUCH_OP_HELD };
	unsigned char out[VOUCH_REQUEST_BYTES];

	vouch_encode_request(&q, out);
	return send(fd, out, sizeof out, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* The question has ended with RC. */
static void
finish(struct held *h, uint64_t now, int rc)
{
	uint64_t pause = (uint64_t)AGAIN_MS << (h->failures < 5 ? h->failures : 5);

	fd_close(&h->fd);
	if (!rc) {
		h->failures = 0;
		h->next_ms = now + POOL_HELD_S * 1000;
		return;
	}
	if (!h->failures)
		log_errno(LOG_NOTICE, rc, "%s: asking for this node's sessions", PATH_DAEMON_SOCK);
	h->failures++;
	h->next_ms = now + (pause < AGAIN_MAX_MS ? pause : AGAIN_MAX_MS);
}

static void
begin(struct held *h, uint64_t now)
{
	int rc;

	h->fd = connect_to(PATH_DAEMON_SOCK);
	rc = h->fd < 0 ? h->fd : ask(h->fd);
	if (rc)
		finish(h, now, rc);
	else
		h->next_ms = now + ANSWER_MS;
}

/* Reads answers; QUEUED comes before the one that counts. */
static void
hear(struct held *h, uint64_t now)
{
	unsigned char buf[VOUCH_REPLY_MAX];
	struct vouch_reply a;

	for (;;) {
		ssize_t n = recv(h->fd, buf, sizeof buf, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 || vouch_decode_reply(&a, buf, (size_t)n)) {
			finish(h, now, n < 0 ? -errno : -EBADMSG);
			return;
		}
		if (a.type == VOUCH_QUEUED)
			continue;
		finish(h, now, a.type == VOUCH_HELD_IS ? 0 : -EPERM);
		return;
	}
}

void
held_turn(struct held *h, uint64_t now)
{
	if (h->fd >= 0)
		hear(h, now);
	if (h->fd >= 0 && now >= h->next_ms)
		finish(h, now, -ETIMEDOUT);
	else if (h->fd < 0 && now >= h->next_ms)
		begin(h, now);
}
