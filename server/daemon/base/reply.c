/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "counters.h"

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

/* REPLY with the COUNT descriptors at FDS. */
static int
send_files(int conn, const struct vouch_reply *reply, const int *fds, size_t count)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(VOUCH_FILES * sizeof *fds)];
	} control = { .room = { 0 } };
	unsigned char buf[VOUCH_REPLY_MAX];
	int len = vouch_encode_reply(reply, buf, sizeof buf);
	struct iovec iov = { buf, len < 0 ? 0 : (size_t)len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = CMSG_SPACE(count * sizeof *fds) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	if (!count)
		return reply_bytes(conn, buf, iov.iov_len);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(count * sizeof *fds);
	memcpy(CMSG_DATA(cm), fds, count * sizeof *fds);
	return sendmsg(conn, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)iov.iov_len ? 0 : -EIO;
}

int
reply_ends(int conn, int fd)
{
	return send_files(conn, &(struct vouch_reply){ .type = VOUCH_ENDS_ARE }, &fd, fd >= 0);
}

int
reply_pool(int conn, int fd)
{
	return send_files(conn, &(struct vouch_reply){ .type = VOUCH_POOL_IS }, &fd, fd >= 0);
}

int
reply_events(int conn, const int fds[VOUCH_FILES])
{
	struct vouch_reply reply = { .type = VOUCH_EVENTS_ARE };
	int there[VOUCH_FILES];
	size_t count = 0;

	for (unsigned i = 0; i < VOUCH_FILES; i++)
		if (fds[i] >= 0) {
			reply.which |= (uint8_t)(1u << i);
			there[count++] = fds[i];
		}
	return send_files(conn, &reply, there, count);
}

/* What CODE is called in the counters. */
static const char *const words[] = {
	[VOUCH_NO_TICKET] = "no-ticket",   [VOUCH_NOT_YOURS] = "not-yours", [VOUCH_NOT_INSIDE] = "not-inside",
	[VOUCH_DISABLED] = "disabled",     [VOUCH_LIMIT] = "limit",         [VOUCH_ACCOUNT] = "pam",
	[VOUCH_BAD_CONFIG] = "bad-config", [VOUCH_TROUBLE] = "trouble",     [VOUCH_BAD_REQUEST] = "bad-request",
	[VOUCH_DRAIN] = "drain",           [VOUCH_ASIDE] = "not-sshd",
};

static void
send_refused(int conn, uint32_t code, const char *text)
{
	struct vouch_reply reply;

	memset(&reply, 0, sizeof reply);
	reply.type = VOUCH_REFUSED;
	reply.refusal = code;
	snprintf(reply.text, sizeof reply.text, "%s", text);
	for (char *p = reply.text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	reply_send(conn, &reply);
}

const char *
reply_event(uint32_t code)
{
	return code == VOUCH_ASIDE || code == VOUCH_DISABLED ? "aside" : "refuse";
}

void
reply_refuse(int conn, uint32_t code, const char *fmt, ...)
{
	char text[TEXT_CAP];
	va_list ap;

	counters_event(reply_event(code), code < sizeof words / sizeof *words ? words[code] : NULL);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	send_refused(conn, code, text);
}

void
reply_refuse_as(int conn, uint32_t code, const char *word, const char *fmt, ...)
{
	char text[TEXT_CAP];
	va_list ap;

	counters_event(reply_event(code), word);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	send_refused(conn, code, text);
}

void
reply_error(int conn, const char *text)
{
	send_refused(conn, VOUCH_TROUBLE, text);
}
