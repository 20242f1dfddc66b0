/* SPDX-License-Identifier: MIT */
#include "vouching.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"

/* Whether root listens there. */
static int
peer_is_root(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	return cred.uid == 0 ? 0 : -EPERM;
}

/* Without waiting: a full queue is no better than nobody. */
static int
connect_daemon(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = PATH_DAEMON_SOCK };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return -errno;
	rc = connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ? -errno : peer_is_root(fd);
	if (rc == 0 && fcntl(fd, F_SETFL, O_RDWR) < 0)
		rc = -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

/* For a terminal: one line, and nothing in it that a terminal would obey. */
static void
make_printable(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			*p = '?';
}

static int
send_request(int fd, enum vouch_op op, const struct ticket *ticket, const struct winsize *ws)
{
	struct vouch_request q = { .op = op, .ticket = *ticket };
	unsigned char buf[VOUCH_REQUEST_BYTES];

	if (ws) {
		q.rows = ws->ws_row;
		q.cols = ws->ws_col;
		q.xpixel = ws->ws_xpixel;
		q.ypixel = ws->ws_ypixel;
	} else if (op == VOUCH_OP_START) {
		q.kind = VOUCH_KIND_PIPES;
	}
	vouch_encode_request(&q, buf);
	if (send(fd, buf, sizeof buf, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof buf)
		return -EPIPE;
	return 0;
}

/* The next reply into v->last: its type, or a negative errno (-EACCES: refused). */
static int
next_reply(struct vouching *v, struct waiting *w, int timeout_ms)
{
	unsigned char buf[VOUCH_REPLY_MAX];
	int n = waiting_message(w, v->fd, buf, sizeof buf, timeout_ms);

	if (n < 0)
		return n;
	if (vouch_decode_reply(&v->last, buf, (size_t)n) < 0)
		return -EBADMSG;
	make_printable(v->last.text);
	return v->last.type == VOUCH_REFUSED ? -EACCES : v->last.type;
}

int
vouching_ask(struct vouching *v, const struct ticket *ticket, struct waiting *w)
{
	int rc;

	memset(v, 0, sizeof *v);
	v->fd = connect_daemon();
	if (v->fd < 0)
		return v->fd;
	rc = send_request(v->fd, VOUCH_OP_VOUCH, ticket, NULL);
	if (rc == 0)
		rc = next_reply(v, w, VOUCHING_ANSWER_MS);
	if (rc < 0)
		return rc;
	if (rc != VOUCH_FACTS)
		return -EBADMSG;
	v->facts = v->last;
	return 0;
}

int
vouching_start(struct vouching *v, const struct ticket *ticket, const struct winsize *ws, struct waiting *w)
{
	int rc = send_request(v->fd, VOUCH_OP_START, ticket, ws);

	if (rc == 0)
		rc = next_reply(v, w, VOUCHING_ANSWER_MS);
	if (rc == VOUCH_PROGRESS)
		rc = next_reply(v, w, (int)v->facts.login_timeout_ms);
	if (rc < 0)
		return rc;
	return rc == VOUCH_READY ? (int)v->last.session : -EBADMSG;
}

void
vouching_close(struct vouching *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}
