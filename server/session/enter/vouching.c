/* SPDX-License-Identifier: MIT */
#include "vouching.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "config_file.h"
#include "paths.h"
#include "peercred.h"

/* Whether root listens there. */
static int
peer_is_root(int fd)
{
	struct ucred cred;
	int rc = peercred_get(fd, &cred);

	if (rc)
		return rc;
	return cred.uid == 0 ? 0 : -EPERM;
}

/*
 * A full queue empties within a moment where holdfastd runs: there is a place in it for each that waits in
 * connect(2), one after the other, and none for sure for those that ask now and then.  A short time at once, for
 * signals are blocked.
 */
static int
connect_waiting(int fd, struct waiting *w)
{
	const struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = PATH_DAEMON_SOCK };
	const struct timeval a_moment = { .tv_usec = 100000 };
	uint64_t end = clock_now_ms() + VOUCHING_ANSWER_MS;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &a_moment, sizeof a_moment))
		return -errno;
	while (connect(fd, (const struct sockaddr *)&sa, sizeof sa)) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		waiting_take(w);
		if (w->skip || w->hangup)
			return -EINTR;
		if (clock_now_ms() >= end)
			return -EAGAIN;
	}
	return 0;
}

static int
connect_daemon(struct waiting *w)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	rc = connect_waiting(fd, w);
	if (rc == 0)
		rc = peer_is_root(fd);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

/* For a terminal: one line, and nothing in it that a terminal would obey. */
static void
make_printable(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			*p = '?';
}

/* LoginTimeout, of which holdfastd has not told us yet: as far as it does not depend on the login's groups and keys. */
static uint32_t
patience(void)
{
	const char *user = getenv("LOGNAME");
	struct config_subject subject = { .user = user ? user : "", .address = "" };
	struct config_policy policy;
	struct config_error error;

	if (config_load(PATH_CONFIG, &subject, &policy, &error))
		config_defaults(&policy);
	return policy.login_timeout_ms;
}

/* No answer came in time: the message for the user. */
static int
too_late(struct vouching *v, const char *text)
{
	memset(&v->last, 0, sizeof v->last);
	v->last.type = VOUCH_REFUSED;
	v->last.refusal = VOUCH_LIMIT;
	snprintf(v->last.text, sizeof v->last.text, "%s", text);
	return -ETIMEDOUT;
}

/* The helper has ended, and holdfastd writes down how: the message for the user. */
static int
no_answer(struct vouching *v)
{
	memset(&v->last, 0, sizeof v->last);
	v->last.type = VOUCH_REFUSED;
	v->last.refusal = VOUCH_TROUBLE;
	snprintf(v->last.text, sizeof v->last.text, "holdfastd's process for this login has ended without an answer");
	return -EPIPE;
}

static int
send_request(const struct vouching *v, enum vouch_op op, const struct ticket *ticket, const struct winsize *ws)
{
	struct vouch_request q = { .op = op, .ticket = *ticket, .from = v->from };
	unsigned char buf[VOUCH_REQUEST_BYTES];

	if (ws) {
		q.rows = ws->ws_row;
		q.cols = ws->ws_col;
		q.xpixel = ws->ws_xpixel;
		q.ypixel = ws->ws_ypixel;
	} else if (op == VOUCH_OP_START) {
		q.kind = VOUCH_KIND_PIPES;
	}
	vouch_encode_request(&q, buf);
	if (send(v->fd, buf, sizeof buf, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof buf)
		return -EPIPE;
	return 0;
}

/* The next reply into v->last: its type, or a negative errno (-EACCES: refused). */
static int
next_reply(struct vouching *v, struct waiting *w, int timeout_ms)
{
	unsigned char buf[VOUCH_REPLY_MAX];
	int n = waiting_message(w, v->fd, buf, sizeof buf, timeout_ms);

	if (n == -EPIPE || n == -ECONNRESET)
		return no_answer(v);
	if (n < 0)
		return n;
	if (vouch_decode_reply(&v->last, buf, (size_t)n) < 0)
		return -EBADMSG;
	/* The answer to a question that nobody has waited for any longer (poolask.h). */
	if (v->last.type == VOUCH_POOL_IS)
		return next_reply(v, w, timeout_ms);
	make_printable(v->last.text);
	return v->last.type == VOUCH_REFUSED ? -EACCES : v->last.type;
}

/* The answer to VOUCH.  QUEUED proves that holdfastd runs; the wait for a helper then depends on the queue. */
static int
wait_for_facts(struct vouching *v, struct waiting *w)
{
	int rc = next_reply(v, w, VOUCHING_ANSWER_MS);

	if (rc == -ETIMEDOUT)
		return too_late(v, "holdfastd does not answer");
	if (rc == VOUCH_QUEUED) {
		rc = next_reply(v, w, VOUCHING_ANSWER_MS);
		if (rc == -ETIMEDOUT)
			rc = next_reply(v, w, (int)patience() - VOUCHING_ANSWER_MS);
		if (rc == -ETIMEDOUT)
			return too_late(v, "too many logins at once: no turn within LoginTimeout");
	}
	if (rc == VOUCH_TOLD) {
		memcpy(v->told, v->last.text, sizeof v->told);
		rc = next_reply(v, w, VOUCHING_ANSWER_MS);
	}
	if (rc == -EACCES && v->last.refusal == VOUCH_LIMIT)
		return -EBUSY;
	return rc < 0 || rc == VOUCH_FACTS ? rc : -EBADMSG;
}

int
vouching_ask(struct vouching *v, const struct ticket *ticket, struct waiting *w)
{
	int rc;

	*v = (struct vouching){ .from = v->from };
	v->fd = connect_daemon(w);
	if (v->fd < 0) {
		rc = v->fd;
		return rc == -EAGAIN ? too_late(v, "holdfastd does not accept connections") : rc;
	}
	rc = send_request(v, VOUCH_OP_VOUCH, ticket, NULL);
	if (rc == 0)
		rc = wait_for_facts(v, w);
	if (rc < 0)
		return rc;
	v->facts = v->last;
	return 0;
}

int
vouching_start(struct vouching *v, const struct ticket *ticket, const struct winsize *ws, struct waiting *w)
{
	int rc = send_request(v, VOUCH_OP_START, ticket, ws);

	if (rc == 0)
		rc = next_reply(v, w, VOUCHING_ANSWER_MS);
	if (rc == VOUCH_PROGRESS)
		rc = next_reply(v, w, (int)v->facts.login_timeout_ms);
	if (rc < 0)
		return rc;
	return rc == VOUCH_READY ? (int)v->last.session : -EBADMSG;
}

void
vouching_close(struct vouching *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}
