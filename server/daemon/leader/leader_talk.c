/* SPDX-License-Identifier: MIT */
#include "leader_talk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reply.h"

static void
give_up(struct leader *l)
{
	close(l->keeper);
	l->keeper = -1;
}

/* The one descriptor that came with MH, or -1; if several came, closes all and returns -1. */
static int
take_descriptor(struct msghdr *mh)
{
	int found = -1, count = 0;

	for (struct cmsghdr *cm = CMSG_FIRSTHDR(mh); cm; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof found <= cm->cmsg_len; at += sizeof found) {
			if (found >= 0)
				close(found);
			memcpy(&found, (const unsigned char *)cm + at, sizeof found);
			count++;
		}
	}
	if (count > 1) {
		close(found);
		found = -1;
	}
	return found;
}

ssize_t
leader_recv(int sock, void *buf, size_t cap, int *fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec iov = { buf, cap };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	ssize_t n = recvmsg(sock, &mh, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);

	*fd = n < 0 ? -1 : take_descriptor(&mh);
	return n;
}

void
leader_send(struct leader *l, const unsigned char *buf, int len)
{
	int rc;

	if (len < 0)
		return;
	rc = reply_bytes(l->keeper, buf, (size_t)len);
	if (rc == -EAGAIN || rc == -ENOBUFS) {
		memcpy(l->pending, buf, (size_t)len);
		l->pending_len = (size_t)len;
	} else if (rc)
		give_up(l);
}

void
leader_flush(struct leader *l)
{
	int rc = reply_bytes(l->keeper, l->pending, l->pending_len);

	if (rc == -EAGAIN || rc == -ENOBUFS)
		return;
	l->pending_len = 0;
	if (rc)
		give_up(l);
}
