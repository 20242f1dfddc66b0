/* SPDX-License-Identifier: MIT */
#include "printing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions.h"

#define LENGTH_MAX (UINT64_C(64) << 20) /* more than any keeper sends */
#define TRIES 3                         /* of keepers that die while they are asked */

static unsigned char buf[TEXT_CAP + 64];

/* Receives a message, and the descriptor that comes with it (-1: none): its length or a negative errno. */
static int
receive(int sock, int *fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = { buf, sizeof buf };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	ssize_t n = recvmsg(sock, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*fd = -1;
	if (n <= 0)
		return n == 0 ? -EPIPE : -errno;
	for (struct cmsghdr *cm = CMSG_FIRSTHDR(&mh); cm; cm = CMSG_NXTHDR(&mh, cm))
		if (cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SCM_RIGHTS &&
		    cm->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(fd, CMSG_DATA(cm), sizeof(int));
	return (int)n;
}

static int
wait_and_receive(int sock, int *fd)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	int rc;

	do
		rc = poll(&p, 1, PRINTING_MS);
	while (rc < 0 && errno == EINTR);
	return rc > 0 ? receive(sock, fd) : rc < 0 ? -errno : -ETIMEDOUT;
}

/* Whether FD is memory of LENGTH bytes that nobody can shrink: no pipe that lets us wait, no file that changes. */
static bool
is_sealed(int fd, uint64_t length)
{
	const int wanted = F_SEAL_SHRINK | F_SEAL_GROW;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & wanted) == wanted && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == length;
}

static int
read_all(int fd, uint64_t length, unsigned char **bytes)
{
	unsigned char *p;
	size_t at = 0;

	if (fd < 0 || length > LENGTH_MAX || !is_sealed(fd, length))
		return -EPROTO;
	p = malloc((size_t)length + 1);
	if (!p)
		return -ENOMEM;
	while (at < length) {
		ssize_t n = pread(fd, p + at, (size_t)length - at, (off_t)at);

		if (n <= 0 && !(n < 0 && errno == EINTR)) {
			free(p);
			return -EPROTO;
		}
		at += n > 0 ? (size_t)n : 0;
	}
	*bytes = p;
	return 0;
}

static int
take(int sock, struct attach_printed *m, unsigned char **bytes, struct attach_refused *refused)
{
	int fd = -1, n = wait_and_receive(sock, &fd), rc = n;

	if (n > 0 && attach_type_of(buf, (size_t)n) == ATTACH_MSG_ERROR)
		rc = attach_decode_refused(refused, buf, (size_t)n) < 0 ? -EPROTO : -EACCES;
	else if (n > 0)
		rc = attach_decode_printed(m, buf, (size_t)n) < 0 ? -EPROTO : read_all(fd, m->length, bytes);
	if (n > 0 && fd >= 0)
		close(fd);
	return rc;
}

static int
ask_once(uid_t uid, uint32_t id, const struct attach_print *ask, struct attach_printed *m, unsigned char **bytes,
         struct attach_refused *refused)
{
	unsigned char msg[16];
	int len = attach_encode_print(ask, msg, sizeof msg), sock = session_connect(uid, id), rc;

	if (sock < 0)
		return sock;
	rc = send(sock, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len ? 0 : -EPIPE;
	if (!rc)
		rc = take(sock, m, bytes, refused);
	close(sock);
	return rc;
}

int
printing_get(uid_t uid, uint32_t id, const struct attach_print *ask, struct attach_printed *m, unsigned char **bytes,
             struct attach_refused *refused)
{
	int rc = -EPIPE;

	for (int i = 0; i < TRIES && (rc == -EPIPE || rc == -ECONNRESET); i++)
		rc = ask_once(uid, id, ask, m, bytes, refused);
	/* One that does not know the message ends the connection each time. */
	return rc == -EPIPE || rc == -ECONNRESET ? -EPROTO : rc;
}
