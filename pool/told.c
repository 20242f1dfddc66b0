/* SPDX-License-Identifier: MIT */
#include "told.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "fd.h"
#include "listen.h"
#include "log.h"
#include "poolmsg.h"

#define TURN 256        /* datagrams; then questions are looked at */
#define BUFFER 1048576  /* bytes; the kernel gives what it permits */

int
told_open(struct told *t, const char *path)
{
	int on = 1, size = BUFFER, fd = listen_bind(path, SOCK_DGRAM);

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on)) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	t->fd = fd;
	return 0;
}

void
told_close(struct told *t)
{
	fd_close(&t->fd);
}

/* Whether the kernel says that the sender may tell. */
static bool
is_trusted(const struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR((struct msghdr *)m, c)) {
		struct ucred cred;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS ||
		    c->cmsg_len < CMSG_LEN(sizeof cred))
			continue;
		memcpy(&cred, CMSG_DATA(c), sizeof cred);
		return cred.uid == 0 || cred.uid == geteuid();
	}
	return false;
}

/* The session in a message: 0 or a negative errno. */
static int
on_tell(struct told *t, const unsigned char *buf, size_t len, uint64_t now)
{
	struct pool_entry e;
	int rc = pool_decode_entry(&e, buf, len);

	if (!rc)
		rc = own_tell(t->own, &e, now);
	if (rc == -EDQUOT && !t->full) {
		log_line(LOG_ERR, "more than %d sessions: the others on this node are not told to the pool", OWN_MAX);
		t->full = true;
	}
	return rc == -EDQUOT || rc == -ENOMEM ? 0 : rc;
}

static int
on_message(struct told *t, const unsigned char *buf, size_t len, uint64_t now)
{
	struct pool_gone gone;
	struct pool_node node;
	int rc;

	switch (pool_type_of(buf, len)) {
	case POOL_TELL:
		return on_tell(t, buf, len, now);
	case POOL_GONE:
		rc = pool_decode_gone(&gone, buf, len);
		if (!rc)
			own_gone(t->own, gone.unique);
		return rc;
	case POOL_NODE:
		rc = pool_decode_node(&node, buf, len);
		if (!rc && t->store)
			store_drained(t->store, node.drained);
		return rc;
	default:
		return -EBADMSG;
	}
}

void
told_turn(struct told *t, uint64_t now)
{
	for (int i = 0; i < TURN; i++) {
		unsigned char buf[POOL_MESSAGE_MAX];
		/* Room for credentials alone: descriptors that somebody passes are closed by the kernel. */
		union {
			struct cmsghdr head;
			char room[CMSG_SPACE(sizeof(struct ucred))];
		} control;
		struct iovec v = { buf, sizeof buf };
		struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &control,
		                    .msg_controllen = sizeof control };
		ssize_t n = recvmsg(t->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

		if (n < 0)
			return;
		if (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || !is_trusted(&m) ||
		    on_message(t, buf, (size_t)n, now))
			t->refused++;
	}
}
