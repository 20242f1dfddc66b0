/* SPDX-License-Identifier: MIT */
#include "ends.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "endstore.h"
#include "endwords.h"
#include "fd.h"
#include "paths.h"
#include "peercred.h"
#include "vouch.h"

#define TRIES 3 /* of records that are replaced meanwhile */

/* A socket to holdfastd, which is root's: a descriptor or a negative errno. */
static int
connect_daemon(void)
{
	const struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = PATH_DAEMON_SOCK };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;
	struct ucred cred;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa))
		rc = -errno;
	if (!rc)
		rc = peercred_get(fd, &cred);
	if (!rc && cred.uid != 0)
		rc = -EPERM;
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

/* One message before DEADLINE, and its descriptor or -1: its type, or a negative errno. */
static int
receive(int sock, uint64_t deadline, int *fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof *fd)];
	} control;
	unsigned char buf[VOUCH_REPLY_MAX];
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct pollfd p = { .fd = sock, .events = POLLIN };
	uint64_t now = clock_now_ms();
	struct vouch_reply reply;
	struct cmsghdr *cm;
	ssize_t n;

	if (now >= deadline || poll(&p, 1, (int)(deadline - now)) <= 0)
		return -ETIMEDOUT;
	n = recvmsg(sock, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	cm = CMSG_FIRSTHDR(&mh);
	if (cm && cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SCM_RIGHTS && cm->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(cm), sizeof *fd);
	if (n == 0 || vouch_decode_reply(&reply, buf, (size_t)n))
		return -EPROTO;
	return reply.type;
}

/* The records in FD, which holdfastd has opened. */
static int
read_records(int fd, struct endrecord **v, size_t *count)
{
	char *text = malloc(ENDSTORE_BYTES);
	size_t len = 0;
	ssize_t n = 0;
	int rc;

	if (!text)
		return -ENOMEM;
	while (len < ENDSTORE_BYTES && (n = fd_read(fd, text + len, ENDSTORE_BYTES - len)) > 0)
		len += (size_t)n;
	rc = n < 0 ? -errno : endstore_is_old(fd) ? -EAGAIN : endstore_parse(text, len, v, count);
	free(text);
	return rc;
}

static int
ask(struct endrecord **v, size_t *count)
{
	const struct vouch_request q = { .op = VOUCH_OP_ENDS };
	uint64_t deadline = clock_now_ms() + ENDS_WAIT_MS;
	unsigned char buf[VOUCH_REQUEST_BYTES];
	int sock = connect_daemon(), fd = -1, rc;

	if (sock < 0)
		return sock;
	vouch_encode_request(&q, buf);
	rc = send(sock, buf, sizeof buf, MSG_NOSIGNAL) == (ssize_t)sizeof buf ? VOUCH_QUEUED : -EPIPE;
	while (rc == VOUCH_QUEUED)
		rc = receive(sock, deadline, &fd);
	if (rc == VOUCH_ENDS_ARE)
		rc = fd < 0 ? endstore_parse("", 0, v, count) : read_records(fd, v, count);
	else if (rc >= 0)
		rc = -EPROTO;
	fd_close(&fd);
	close(sock);
	return rc;
}

int
ends_mine(struct endrecord **v, size_t *count)
{
	int rc = -EAGAIN;

	for (int i = 0; rc == -EAGAIN && i < TRIES; i++)
		rc = ask(v, count);
	return rc;
}

int
ends_line(uint32_t id, uint64_t recent_ms, char text[TEXT_CAP])
{
	uint64_t now = clock_date_ms();
	struct endrecord *v;
	size_t count;
	int rc = ends_mine(&v, &count);

	if (rc)
		return rc;
	rc = -ENOENT;
	while (rc && count--)
		if (v[count].session == id && v[count].time_ms + recent_ms > now) {
			endwords_line(&v[count], now, text);
			rc = 0;
		}
	free(v);
	return rc;
}
