/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int
reply_bytes(int sock, const void *msg, size_t len)
{
	ssize_t n;

	do
		n = send(sock, msg, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int
reply_send(int conn, const struct vouch_reply *reply)
{
	unsigned char buf[VOUCH_REPLY_MAX];
	int len = vouch_encode_reply(reply, buf, sizeof buf);

	return len < 0 ? len : reply_bytes(conn, buf, (size_t)len);
}

int
reply_plain(int conn, uint8_t type, uint32_t session)
{
	struct vouch_reply reply;

	memset(&reply, 0, sizeof reply);
	reply.type = type;
	reply.session = session;
	return reply_send(conn, &reply);
}

int
reply_ends(int conn, int fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fd)];
	} control = { .room = { 0 } };
	struct vouch_reply reply = { .type = VOUCH_ENDS_ARE };
	unsigned char buf[VOUCH_REPLY_MAX];
	int len = vouch_encode_reply(&reply, buf, sizeof buf);
	struct iovec iov = { buf, len < 0 ? 0 : (size_t)len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	if (fd < 0)
		return reply_bytes(conn, buf, iov.iov_len);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(cm), &fd, sizeof fd);
	return sendmsg(conn, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)iov.iov_len ? 0 : -EIO;
}

void
reply_refuse(int conn, uint32_t code, const char *fmt, ...)
{
	struct vouch_reply reply;
	va_list ap;

	memset(&reply, 0, sizeof reply);
	reply.type = VOUCH_REFUSED;
	reply.refusal = code;
	va_start(ap, fmt);
	vsnprintf(reply.text, sizeof reply.text, fmt, ap);
	va_end(ap);
	for (char *p = reply.text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	reply_send(conn, &reply);
}
