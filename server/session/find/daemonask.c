/* SPDX-License-Identifier: MIT */
#include "daemonask.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "daemonsocket.h"
#include "fd.h"

/* The descriptors that came with MH into FDS, VOUCH_FILES of them; none for too many. */
static void
take_descriptors(struct msghdr *mh, int *fds)
{
	struct cmsghdr *cm = CMSG_FIRSTHDR(mh);

	if (cm && cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SCM_RIGHTS &&
	    cm->cmsg_len <= CMSG_LEN(VOUCH_FILES * sizeof *fds))
		memcpy(fds, CMSG_DATA(cm), cm->cmsg_len - CMSG_LEN(0));
}

/* One message before DEADLINE into *REPLY, and its descriptors: its type, or a negative errno. */
static int
receive(int sock, uint64_t deadline, struct vouch_reply *reply, int *fds)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(VOUCH_FILES * sizeof *fds)];
	} control;
	unsigned char buf[VOUCH_REPLY_MAX];
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct pollfd p = { .fd = sock, .events = POLLIN };
	uint64_t now = clock_now_ms();
	ssize_t n;

	if (now >= deadline || poll(&p, 1, (int)(deadline - now)) <= 0)
		return -ETIMEDOUT;
	n = recvmsg(sock, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	take_descriptors(&mh, fds);
	if (n == 0 || vouch_decode_reply(reply, buf, (size_t)n))
		return -EPROTO;
	return reply->type;
}

int
daemonask_over(int sock, const struct vouch_request *q, enum vouch_reply_type want, uint64_t deadline_ms,
               struct vouch_reply *reply, int fds[VOUCH_FILES])
{
	unsigned char buf[VOUCH_REQUEST_BYTES];
	int rc;

	fds[0] = fds[1] = -1;
	vouch_encode_request(q, buf);
	rc = send(sock, buf, sizeof buf, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof buf ? VOUCH_QUEUED : -EPIPE;
	while (rc == VOUCH_QUEUED)
		rc = receive(sock, deadline_ms, reply, fds);
	if (rc == (int)want)
		return 0;
	fd_close(&fds[0]);
	fd_close(&fds[1]);
	return rc < 0 ? rc : -EPROTO;
}

int
daemonask(enum vouch_op op, enum vouch_reply_type want, struct vouch_reply *reply, int fds[VOUCH_FILES])
{
	const struct vouch_request q = { .op = op };
	int sock = daemonsocket_open(), rc;

	fds[0] = fds[1] = -1;
	if (sock < 0)
		return sock;
	rc = daemonask_over(sock, &q, want, clock_now_ms() + DAEMONASK_WAIT_MS, reply, fds);
	close(sock);
	return rc;
}
