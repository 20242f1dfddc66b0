/* SPDX-License-Identifier: MIT */
#include "leading_talk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reply.h"

static void
give_up(struct leading *l)
{
	close(l->keeper);
	l->keeper = -1;
}

ssize_t
leading_recv(int sock, void *buf, size_t cap, int *fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { buf, cap };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	ssize_t n = recvmsg(sock, &mh, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	struct cmsghdr *cm = n < 0 ? NULL : CMSG_FIRSTHDR(&mh);

	*fd = -1;
	if (cm && cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SCM_RIGHTS && cm->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(cm), sizeof *fd);
	return n;
}

void
leading_send(struct leading *l, const unsigned char *buf, int len)
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
leading_flush(struct leading *l)
{
	int rc = reply_bytes(l->keeper, l->pending, l->pending_len);

	if (rc == -EAGAIN || rc == -ENOBUFS)
		return;
	l->pending_len = 0;
	if (rc)
		give_up(l);
}
