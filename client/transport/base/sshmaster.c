/* SPDX-License-Identifier: MIT */
#include "sshmaster.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"
#include "newfd.h"

#define PATIENCE_US 200000
#define MESSAGE_MAX 1024 /* of the master's: a hello, an answer with a reason */

#define MUX_HELLO 0x00000001u
#define MUX_VERSION 4u
#define MUX_ALIVE_CHECK 0x10000004u
#define MUX_TERMINATE 0x10000005u
#define MUX_STOP_LISTENING 0x10000009u
#define MUX_OK 0x80000001u
#define MUX_DENIED 0x80000002u
#define MUX_ALIVE 0x80000005u

static void
put_u32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static uint32_t
get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A hello, and the request behind it. */
static int
say(int fd, uint32_t request)
{
	const uint32_t words[] = { 8, MUX_HELLO, MUX_VERSION, 8, request, 0 };
	unsigned char out[sizeof words];

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		put_u32(out + 4 * i, words[i]);
	return send(fd, out, sizeof out, MSG_NOSIGNAL) == (ssize_t)sizeof out ? 0 : -EIO;
}

static int
take(int fd, unsigned char *p, size_t len)
{
	ssize_t n;

	for (size_t at = 0; at < len; at += (size_t)n) {
		n = recv(fd, p + at, len - at, 0);
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
	}
	return 0;
}

/* The type of the next message, which is read whole: 0 or a negative errno. */
static int
hear(int fd, uint32_t *type)
{
	unsigned char head[4], body[MESSAGE_MAX];
	uint32_t len;
	int r = take(fd, head, sizeof head);

	len = r < 0 ? 0 : get_u32(head);
	if (r == 0 && (len < 4 || len > sizeof body))
		return -EBADMSG;
	if (r == 0)
		r = take(fd, body, len);
	if (r == 0)
		*type = get_u32(body);
	return r;
}

static int
answer(int fd, uint32_t want)
{
	uint32_t type = 0;
	int r = hear(fd, &type);

	if (r == 0 && type != MUX_HELLO)
		return -EBADMSG;
	if (r == 0)
		r = hear(fd, &type);
	if (r < 0)
		return r;
	return type == want ? 0 : type == MUX_DENIED ? -EACCES : -EBADMSG;
}

/* Asks the master at PATH for REQUEST, which it grants by the answer WANT. */
static int
ask(const char *path, uint32_t request, uint32_t want)
{
	const struct timeval patience = { .tv_usec = PATIENCE_US };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, r = 0;

	if ((size_t)snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path) >= sizeof sa.sun_path)
		return -ENAMETOOLONG;
	fd = newfd_socket(AF_UNIX, SOCK_STREAM, false);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 ||
	    connect(fd, (const struct sockaddr *)&sa, sizeof sa) < 0)
		r = -errno;
	if (r == 0)
		r = say(fd, request);
	if (r == 0)
		r = answer(fd, want);
	fd_close(&fd);
	return r;
}

int
sshmaster_end(const char *path, enum sshmaster_end when)
{
	return ask(path, when == SSHMASTER_NOW ? MUX_TERMINATE : MUX_STOP_LISTENING, MUX_OK);
}

int
sshmaster_lives(const char *path)
{
	return ask(path, MUX_ALIVE_CHECK, MUX_ALIVE);
}
