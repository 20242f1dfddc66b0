/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "fields.h"
#include "leaderctl.h"
#include "paths.h"
#include "peercred.h"
#include "receiving.h"
#include "reply.h"

#define MAGIC 0x68666f31 /* "hfo1" */
#define ANSWER_MS 1000   /* a leader answers at once, unless it hangs; for all tries together */
#define TRIES 5
#define PAUSE_MS 5

#define O struct origin
static const struct field fields[] = {
	FIELD_CONST(4, MAGIC),
	FIELD_U32(O, login.uid),
	FIELD_TEXT(O, login.user),
	FIELD_TEXT(O, login.address),
	FIELD_TEXT(O, login.service),
	FIELD_BOOL(O, login.by_pam),
	FIELD_RAW(O, login.identity, IDENTITY_BYTES),
	FIELD_RAW(O, login.former, IDENTITY_BYTES),
	FIELD_TEXT(O, login.who),
	FIELD_TEXT(O, login.keys[0]),
	FIELD_TEXT(O, login.keys[1]),
	FIELD_TEXT(O, login.keys[2]),
	FIELD_TEXT(O, login.keys[3]),
	FIELD_TEXT(O, unique),
	FIELD_TEXT(O, label),
	FIELDS_END
};
#undef O
_Static_assert(AUTH_KEYS == 4, "all keys travel");

int
origin_encode(const struct origin *o, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	fields_put(&w, fields, o);
	surroundings_put(&w, &o->around);
	return w.err ? w.err : (int)w.len;
}

int
origin_decode(struct origin *o, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(o, 0, sizeof *o);
	wire_reader_init(&r, buf, len);
	if (fields_get(&r, fields, o))
		return -EBADMSG;
	surroundings_get(&r, &o->around);
	/* What stands behind it is of a later version. */
	return r.err;
}

/* A connection to the leader of E, and to no other process. */
static int
connect_leader(const struct leaderreg *e)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct ucred cred;

	if (fd < 0)
		return -errno;
	snprintf(sa.sun_path, sizeof sa.sun_path, PATH_SESSIONS "/%u/%u/" NAME_LEADER, (unsigned)e->uid,
	         (unsigned)e->id);
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa))
		rc = errno == ECONNREFUSED ? -ENOENT : errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (!rc)
		rc = peercred_get(fd, &cred);
	if (!rc && (cred.uid != 0 || cred.pid != e->pid || login_alive(e->pid, e->start)))
		rc = -ENOENT;
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

/* The leader's answer by the time UNTIL (clock_now_ms()): its length, or a negative errno. */
static int
receive(int fd, unsigned char *buf, uint64_t until)
{
	uint64_t now = clock_now_ms();
	ssize_t n;

	if (!receiving_wait(fd, until > now ? (int)(until - now) : 0))
		return -ETIMEDOUT;
	n = receiving_take(fd, buf, ORIGIN_MAX);
	return n == 0 || n == -ECONNRESET ? -EPIPE : (int)n;
}

/* Asks once. */
static int
ask(struct origin *o, const struct leaderreg *session, unsigned char *buf, uint64_t until)
{
	unsigned char msg[LEADERCTL_REQUEST_BYTES];
	int fd = connect_leader(session), rc;

	if (fd < 0)
		return fd;
	leaderctl_encode_request(LEADERCTL_ORIGIN, msg);
	rc = reply_bytes(fd, msg, sizeof msg);
	if (!rc)
		rc = receive(fd, buf, until);
	if (rc > 0)
		rc = origin_decode(o, buf, (size_t)rc);
	if (!rc && o->login.uid != session->uid)
		rc = -EBADMSG;
	close(fd);
	return rc;
}

int
origin_ask(struct origin *o, const struct leaderreg *session)
{
	unsigned char *buf = malloc(ORIGIN_MAX);
	uint64_t until = clock_now_ms() + ANSWER_MS;
	int rc = buf ? ask(o, session, buf, until) : -ENOMEM;

	/* Of many that ask at the same time, a leader closes the connection of the oldest. */
	for (int i = 1; i < TRIES && rc == -EPIPE && clock_now_ms() < until; i++) {
		poll(NULL, 0, PAUSE_MS << i);
		rc = ask(o, session, buf, until);
	}
	o->session = *session;
	o->login.sshd = session->pid;
	o->login.start = session->start;
	free(buf);
	return rc;
}
