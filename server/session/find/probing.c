/* SPDX-License-Identifier: MIT */
#include "probing.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

/* Sends PROBE to the session ID: the connection, or -1. */
static int
ask(uid_t uid, uint32_t id)
{
	unsigned char msg[8];
	int len = attach_encode_plain(ATTACH_MSG_PROBE, msg, sizeof msg), fd = session_connect(uid, id);

	if (fd >= 0 && send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) != len) {
		close(fd);
		fd = -1;
	}
	return fd < 0 ? -1 : fd;
}

/* Handles the answer of S's keeper.  A session that has been dropped meanwhile counts as dead; its keeper decides. */
static void
take(int fd, struct attach_status *s)
{
	unsigned char buf[64];
	struct attach_verdict m;
	ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

	if (n <= 0 || attach_decode_verdict(&m, buf, (size_t)n) < 0 || m.verdict != ATTACH_VERDICT_DEAD)
		return;
	s->state = ATTACH_STATE_STALE;
	s->lost_heard_ms = m.heard_ms;
}

static unsigned
count_open(const struct pollfd *p, size_t n)
{
	unsigned open = 0;

	for (size_t i = 0; i < n; i++)
		open += p[i].fd >= 0;
	return open;
}

/* Until all have answered or the time is over: 0 or -EINTR. */
static int
wait_for_all(struct pollfd *p, size_t n, struct session_list *list, struct waiting *w)
{
	int64_t deadline = (int64_t)clock_now_ms() + PROBING_MS, left;

	while (count_open(p, n) && (left = deadline - (int64_t)clock_now_ms()) > 0) {
		int rc;

		p[n] = (struct pollfd){ .fd = w->signals, .events = POLLIN };
		rc = poll(p, n + 1, (int)left);
		if (rc < 0 && errno != EINTR)
			break;
		if (rc > 0 && p[n].revents)
			waiting_take(w);
		if (w->skip || w->hangup)
			return -EINTR;
		for (size_t i = 0; rc > 0 && i < n; i++) {
			if (p[i].fd < 0 || !p[i].revents)
				continue;
			take(p[i].fd, &list->v[i]);
			close(p[i].fd);
			p[i].fd = -1;
		}
	}
	return 0;
}

int
probing_run(uid_t uid, struct session_list *list, const struct choose_login *login, struct waiting *w)
{
	struct pollfd *p = calloc(list->count + 1, sizeof *p);
	int rc;

	if (!p)
		return 0;
	for (size_t i = 0; i < list->count; i++)
		p[i] = (struct pollfd){ .fd = choose_is_live(&list->v[i], login) ? ask(uid, list->v[i].id) : -1,
			                .events = POLLIN };
	rc = wait_for_all(p, list->count, list, w);
	for (size_t i = 0; i < list->count; i++)
		if (p[i].fd >= 0)
			close(p[i].fd);
	free(p);
	return rc;
}

int
probing_one(uid_t uid, struct attach_status *s, struct waiting *w)
{
	struct session_list list = { .v = s, .count = 1 };
	struct pollfd p[2] = { { .fd = ask(uid, s->id), .events = POLLIN } };
	int rc = wait_for_all(p, 1, &list, w);

	if (p[0].fd >= 0)
		close(p[0].fd);
	return rc;
}
