/* SPDX-License-Identifier: MIT */
#include "poolask.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "daemonask.h"
#include "daemonsocket.h"
#include "fd.h"
#include "paths.h"
#include "poolsocket.h"

#define FIRST_ROOM 16

/* Room for one more of SIZE bytes behind COUNT at *V, which grows to MAX: the place, or NULL. */
static void *
add(void **v, size_t *count, size_t size, size_t max)
{
	/* At 0, and at each power of two from FIRST_ROOM on, it is full. */
	bool full = *count == 0 || (*count >= FIRST_ROOM && (*count & (*count - 1)) == 0);
	void *more;

	if (*count >= max)
		return NULL;
	if (full) {
		more = reallocarray(*v, *count ? *count * 2 : FIRST_ROOM, size);
		if (!more)
			return NULL;
		*v = more;
	}
	return (char *)*v + size * (*count)++;
}

static int
take_entry(struct pool_answer *a, const unsigned char *buf, size_t len)
{
	struct pool_entry m, *place;
	void *v = a->entries;
	int rc = pool_decode_entry(&m, buf, len);

	if (rc)
		return rc;
	place = add(&v, &a->entry_count, sizeof m, POOL_ENTRIES_MAX);
	a->entries = v;
	if (!place)
		return -E2BIG;
	*place = m;
	return 0;
}

static int
take_member(struct pool_answer *a, const unsigned char *buf, size_t len)
{
	struct pool_member m, *place;
	void *v = a->members;
	int rc = pool_decode_member(&m, buf, len);

	if (rc)
		return rc;
	place = add(&v, &a->member_count, sizeof m, POOL_MEMBERS_MAX);
	a->members = v;
	if (!place)
		return -E2BIG;
	*place = m;
	return 0;
}

/* One message: 0, or a negative errno that ends the answer. */
static int
take(struct pool_answer *a, const unsigned char *buf, size_t len)
{
	switch (pool_type_of(buf, len)) {
	case POOL_ENTRY:
		return take_entry(a, buf, len);
	case POOL_MEMBER:
		return take_member(a, buf, len);
	case POOL_HEALTH:
		a->whole = pool_decode_health(&a->health, buf, len) == 0;
		return a->whole ? 0 : -EBADMSG;
	default:
		return 0; /* of a newer version */
	}
}

/* Reads the answer from FD until DEADLINE. */
static int
read_answer(int fd, uint64_t deadline, struct pool_answer *a)
{
	unsigned char buf[POOL_MESSAGE_MAX];
	int rc = 0;

	while (!rc && !a->whole) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = clock_now_ms();
		ssize_t n;

		if (now >= deadline || poll(&p, 1, (int)(deadline - now)) <= 0)
			return -ETIMEDOUT;
		n = recv(fd, buf, sizeof buf, MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		rc = (size_t)n > sizeof buf ? -EBADMSG : take(a, buf, (size_t)n);
	}
	return rc;
}

bool
poolask_there(void)
{
	return access(PATH_POOL_ASK, F_OK) == 0;
}

static int
ask_over(int sock, enum pool_what what, const struct ticket *ticket, unsigned timeout_ms, struct pool_answer *a)
{
	const struct vouch_request q = { .op = VOUCH_OP_POOL, .ticket = *ticket, .number = what };
	uint64_t deadline = clock_now_ms() + timeout_ms;
	struct vouch_reply reply;
	int fds[VOUCH_FILES], rc;

	*a = (struct pool_answer)POOL_ANSWER_NONE;
	rc = daemonask_over(sock, &q, VOUCH_POOL_IS, deadline, &reply, fds);
	if (!rc && fds[0] < 0)
		rc = -ENOENT;
	if (!rc)
		rc = read_answer(fds[0], deadline, a);
	fd_close(&fds[0]);
	fd_close(&fds[1]);
	return rc;
}

int
poolask_over(int sock, enum pool_what what, const struct ticket *ticket, struct pool_answer *a)
{
	return ask_over(sock, what, ticket, POOLASK_MS, a);
}

int
poolask(enum pool_what what, const struct ticket *ticket, struct pool_answer *a)
{
	int sock, rc;

	*a = (struct pool_answer)POOL_ANSWER_NONE;
	if (!poolask_there())
		return -ENOENT;
	sock = daemonsocket_open();
	if (sock < 0)
		return sock;
	rc = ask_over(sock, what, ticket, POOLASK_TOOL_MS, a);
	close(sock);
	return rc;
}

int
poolask_as_root(enum pool_what what, const char *user, struct pool_answer *a)
{
	struct pool_ask m = { .what = (uint8_t)what };
	unsigned char buf[POOL_MESSAGE_MAX];
	int fd, len, rc;

	*a = (struct pool_answer)POOL_ANSWER_NONE;
	if (strlen(user) >= sizeof m.user)
		return -EINVAL;
	memcpy(m.user, user, strlen(user) + 1);
	len = pool_encode_ask(&m, buf, sizeof buf);
	fd = len < 0 ? len : poolsocket_open(NAME_POOL_ASK, SOCK_SEQPACKET);
	if (fd < 0)
		return fd;
	rc = send(fd, buf, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) == len ? 0 : -errno;
	if (!rc)
		rc = read_answer(fd, clock_now_ms() + POOLASK_TOOL_MS, a);
	close(fd);
	return rc;
}

void
poolask_free(struct pool_answer *a)
{
	free(a->entries);
	free(a->members);
	*a = (struct pool_answer)POOL_ANSWER_NONE;
}
