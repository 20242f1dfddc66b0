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
