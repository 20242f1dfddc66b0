/* SPDX-License-Identifier: MIT */
#include "killmany.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "all.h"
#include "clock.h"
#include "ctl.h"
#include "json.h"

#define BATCH 200        /* connections at a time */
#define ASK_TIMEOUT_MS 5000
#define GONE_TIMEOUT_MS 8000 /* a keeper gives a shell five seconds */

struct tally {
	size_t ended, left, failed;
};

/* Asks one keeper: the connection, -1 when the session stays, -2 when it can't be asked. */
static int
ask(const struct killmany *q, const struct all_session *s)
{
	unsigned char msg[16], reply[1024];
	int len = q->by_age ? attach_encode_number(ATTACH_EXPIRE, q->older_s, msg, sizeof msg)
	                    : attach_encode_number(ATTACH_KILL, (uint32_t)q->signal, msg, sizeof msg);
	int fd = session_connect(s->uid, s->status.id), n;

	if (fd < 0)
		return fd == -ENOENT || fd == -ECONNREFUSED ? -1 : -2;
	n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, ASK_TIMEOUT_MS);
	if (n > 0 && attach_type_of(reply, (size_t)n) == ATTACH_DONE)
		return fd;
	close(fd);
	return n > 0 && attach_type_of(reply, (size_t)n) == ATTACH_ERROR ? -1 : -2;
}

/* Waits until all COUNT keepers have closed: how many have not. */
static size_t
wait_all_gone(struct pollfd *p, size_t count)
{
	int64_t end = (int64_t)clock_now_ms() + GONE_TIMEOUT_MS, left;
	size_t open = count;

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
	for (size_t i = 0; i < count; i++)
		if (p[i].fd >= 0)
			close(p[i].fd);
	return open;
}

static void
end_batch(const struct killmany *q, const struct all_session *v, size_t count, struct tally *t)
{
	struct pollfd p[BATCH];
	size_t asked = 0, open;

	for (size_t i = 0; i < count; i++) {
		int fd;

		if (v[i].uid == getuid() && v[i].status.id == ctl_own_session())
			continue;
		fd = ask(q, &v[i]);
		if (fd >= 0)
			p[asked++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		else if (fd == -1)
			t->left++;
		else
			t->failed++;
	}
	open = wait_all_gone(p, asked);
	t->ended += asked - open;
	t->failed += open;
}

static void
report(const struct tally *t, bool json)
{
	struct json j;

	if (!json) {
		printf("ended %zu %s\n", t->ended, t->ended == 1 ? "session" : "sessions");
		if (t->failed)
			ctl_error("%zu could not be ended; -s KILL is the last resort", t->failed);
		return;
	}
	json_init(&j, stdout);
	json_open(&j, NULL, '{');
	json_number(&j, "ended", t->ended);
	json_number(&j, "left", t->left);
	json_number(&j, "failed", t->failed);
	json_close(&j, '}');
	putchar('\n');
}

int
killmany_run(const struct killmany *q)
{
	struct tally t = {0};
	struct all a;
	int rc = all_get(&a, q->everybody);

	if (rc)
		return rc;
	for (size_t i = 0; i < a.count; i += BATCH)
		end_batch(q, a.v + i, a.count - i < BATCH ? a.count - i : BATCH, &t);
	t.failed += a.silent;
	all_free(&a);
	report(&t, q->json);
	return t.failed ? CTL_FAILED : CTL_OK;
}
