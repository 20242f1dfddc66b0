/* SPDX-License-Identifier: MIT */
#include "killmany.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sessionlist.h"
#include "clock.h"
#include "ctl.h"
#include "json.h"
#include "askleader.h"
#include "silent.h"

#define BATCH 200        /* connections at a time */
#define ASK_TIMEOUT_MS 5000   /* for all of a batch together */
#define FORCE_TIMEOUT_MS 3000
#define GONE_TIMEOUT_MS 8000 /* a keeper gives a shell five seconds */

struct tally {
	size_t ended, left, failed;
};

int
killmany_force(uid_t uid, uint32_t id)
{
	int rc = geteuid() == 0 ? askleader_kill(uid, id, FORCE_TIMEOUT_MS) : silent_kill_own(id, FORCE_TIMEOUT_MS);

	return rc == -ENOENT ? silent_kill_leaderless(uid, id) : rc;
}

int
killmany_finish(uid_t uid, uint32_t id, uint64_t until_ms)
{
	return askleader_finish(uid, id, until_ms, FORCE_TIMEOUT_MS);
}

/* Asks one keeper: the connection, -1: the session has ended, -2: it cannot be asked. */
static int
ask(const struct killmany *q, const struct sessionlist_session *s)
{
	unsigned char msg[16];
	int len = q->by_age ? attach_encode_number(ATTACH_MSG_EXPIRE, q->older_s, msg, sizeof msg)
	                    : attach_encode_number(ATTACH_MSG_KILL, (uint32_t)q->signal, msg, sizeof msg);
	int fd = attach_state_silent(s->status.state) ? -EHOSTDOWN : session_connect(s->uid, s->status.id);

	if (fd < 0)
		return fd == -ENOENT || fd == -ECONNREFUSED ? -1 : -2;
	if (send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len)
		return fd;
	close(fd);
	return -2;
}

/* Whether the request bypasses the keepers. */
static bool
is_by_force(const struct killmany *q)
{
	return !q->by_age && q->signal == SIGKILL;
}

/* Waits until the keepers in P have closed, but for those that are -1; closes. */
static void
wait_all_gone(struct pollfd *p, size_t count)
{
	int64_t end = (int64_t)clock_now_ms() + GONE_TIMEOUT_MS, left;
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		open += p[i].fd >= 0;
	while (open && (left = end - (int64_t)clock_now_ms()) > 0) {
		if (poll(p, count, (int)left) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < count; i++) {
			char drop[256];
			ssize_t n;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			n = recv(p[i].fd, drop, sizeof drop, MSG_DONTWAIT);
			if (n > 0 || (n < 0 && errno == EAGAIN))
				continue;
			close(p[i].fd);
			p[i].fd = -1;
			open--;
		}
	}
}

/* One that did not answer, or has not gone. */
static void
end_stubborn(const struct killmany *q, const struct sessionlist_session *s, struct tally *t)
{
	int rc = is_by_force(q) ? killmany_force(s->uid, s->status.id) : -EHOSTDOWN;

	if (rc == 0 || rc == -ENOENT)
		t->ended++;
	else
		t->failed++;
}

/* Counts the results of the PENDING ones; P has those that have said that they end. */
static void
settle(const struct killmany *q, const struct sessionlist_session *v, struct pollfd *p, const bool *pending, size_t count,
       struct tally *t)
{
	bool went[BATCH];
	uint64_t until;

	for (size_t i = 0; i < count; i++)
		went[i] = p[i].fd >= 0;
	wait_all_gone(p, count);
	until = clock_now_ms() + KILLMANY_GRACE_MS;
	for (size_t i = 0; i < count; i++) {
		if (!pending[i])
			continue;
		if (went[i] && p[i].fd < 0) {
			if (is_by_force(q) && killmany_finish(v[i].uid, v[i].status.id, until))
				t->failed++;
			else
				t->ended++;
			continue;
		}
		if (p[i].fd >= 0)
			close(p[i].fd);
		end_stubborn(q, &v[i], t);
	}
}

static void
end_batch(const struct killmany *q, const struct sessionlist_session *v, size_t count, struct tally *t)
{
	struct pollfd p[BATCH];
	bool pending[BATCH] = { false };
	uint64_t deadline = clock_now_ms() + ASK_TIMEOUT_MS;

	/* All are asked before any is waited for. */
	for (size_t i = 0; i < count; i++) {
		bool own = v[i].uid == getuid() && v[i].status.id == ctl_own_session();
		int fd = own ? -1 : ask(q, &v[i]);

		p[i] = (struct pollfd){ .fd = fd < 0 ? -1 : fd, .events = POLLIN };
		pending[i] = fd != -1;
		t->left += fd == -1 && !own;
	}
	for (size_t i = 0; i < count; i++) {
		int said = p[i].fd < 0 ? -1 : sessionlist_answer(p[i].fd, deadline);

		if (p[i].fd < 0 || said == ATTACH_MSG_DONE)
			continue;
		close(p[i].fd);
		p[i].fd = -1;
		/* ERROR: it stays.  What says nothing that can be understood may go all the same. */
		pending[i] = said != ATTACH_MSG_ERROR || is_by_force(q);
		t->left += !pending[i];
	}
	settle(q, v, p, pending, count, t);
}

static void
report(const struct killmany *q, const struct tally *t)
{
	struct json j;

	if (!q->json) {
		printf("ended %zu %s\n", t->ended, t->ended == 1 ? "session" : "sessions");
		if (t->failed)
			ctl_error("not ended: %zu%s", t->failed,
			          is_by_force(q) ? "" : "; -s KILL also ends sessions that do not answer");
		return;
	}
	json_begin(&j, stdout);
	json_number(&j, "ended", t->ended);
	json_number(&j, "left", t->left);
	json_number(&j, "failed", t->failed);
	json_end(&j);
}

int
killmany_run(const struct killmany *q)
{
	struct tally t = {0};
	struct sessionlist a;
	int rc = sessionlist_get(&a, q->everybody);

	if (rc)
		return rc;
	for (size_t i = 0; i < a.count; i += BATCH)
		end_batch(q, a.v + i, a.count - i < BATCH ? a.count - i : BATCH, &t);
	sessionlist_free(&a);
	report(q, &t);
	return t.failed ? CTL_FAILED : CTL_OK;
}
