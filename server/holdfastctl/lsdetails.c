/* SPDX-License-Identifier: MIT */
#include "lsdetails.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "askleader.h"
#include "cgroup.h"
#include "clock.h"
#include "leadermsg.h"
#include "procstat.h"

#define KEEPERS_MS 2000
#define PROBES_MS 1500  /* a keeper gives its verdict after ATTACH_PROBE_MS at the latest */
#define LEADERS_MS 2000
#define AT_ONCE 256     /* connections */
#define ANSWER_MAX 16384

/* What a keeper is asked, over one connection: WHO, and in most cases PROBE. */
struct asked {
	struct pollfd *p;   /* of each; -1: nothing more is to come */
	bool *owes_verdict;
	size_t count;
	struct lsdetails *d;
};

static bool
send_plain(int fd, uint8_t type)
{
	unsigned char msg[8];
	int len = attach_encode_plain(type, msg, sizeof msg);

	return send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len;
}

static void
ask(struct asked *q, size_t i, const struct sessionlist_session *s, bool probe)
{
	int fd = attach_state_silent(s->status.state) ? -1 : session_connect(s->uid, s->status.id);

	if (fd >= 0 && !send_plain(fd, ATTACH_MSG_WHO)) {
		close(fd);
		fd = -1;
	}
	q->p[i] = (struct pollfd){ .fd = fd < 0 ? -1 : fd, .events = POLLIN };
	q->owes_verdict[i] = fd >= 0 && probe && s->status.state == ATTACH_STATE_ATTACHED &&
	                     send_plain(fd, ATTACH_MSG_PROBE);
}

static bool
take_who(struct lsdetails *d, const unsigned char *buf, size_t len)
{
	static struct attach_who who;

	if (d->known || attach_decode_who(&who, buf, len))
		return false;
	d->v = calloc(who.count + 1, sizeof *d->v);
	d->count = d->v ? who.count : 0;
	d->known = d->v != NULL;
	for (size_t i = 0; i < d->count; i++)
		d->v[i].is = who.v[i];
	return d->known;
}

/* A message of the keeper of session I.  Whether more is to come. */
static bool
take(struct asked *q, size_t i)
{
	static unsigned char buf[ANSWER_MAX];
	ssize_t n = recv(q->p[i].fd, buf, sizeof buf, MSG_DONTWAIT);
	struct attach_verdict verdict;

	if (n <= 0)
		return false;
	if (take_who(&q->d[i], buf, (size_t)n))
		return q->owes_verdict[i];
	if (!q->owes_verdict[i] || attach_decode_verdict(&verdict, buf, (size_t)n))
		return false;
	q->d[i].verdict = verdict.verdict;
	q->owes_verdict[i] = false;
	return !q->d[i].known;
}

static size_t
count_open(const struct asked *q)
{
	size_t open = 0;

	for (size_t i = 0; i < q->count; i++)
		open += q->p[i].fd >= 0;
	return open;
}

static void
collect(struct asked *q, int ms)
{
	uint64_t deadline = clock_now_ms() + (uint64_t)ms, now;

	while (count_open(q) && (now = clock_now_ms()) < deadline) {
		if (poll(q->p, q->count, (int)(deadline - now)) <= 0)
			continue;
		for (size_t i = 0; i < q->count; i++) {
			if (q->p[i].fd < 0 || !q->p[i].revents || take(q, i))
				continue;
			close(q->p[i].fd);
			q->p[i].fd = -1;
		}
	}
	for (size_t i = 0; i < q->count; i++)
		if (q->p[i].fd >= 0)
			close(q->p[i].fd);
}

static void
ask_keepers(const struct sessionlist_session *s, struct lsdetails *d, size_t count, bool probe)
{
	struct pollfd p[AT_ONCE];
	bool owes[AT_ONCE];
	struct asked q = { .p = p, .owes_verdict = owes, .count = count, .d = d };

	for (size_t i = 0; i < count; i++)
		ask(&q, i, &s[i], probe);
	collect(&q, probe ? PROBES_MS : KEEPERS_MS);
}

static const char *
kind_word(uint32_t kind)
{
	static const char *const words[] = {
		[LEADERMSG_CREATE] = "create", [LEADERMSG_RESUME] = "resume", [LEADERMSG_JOIN] = "join",
		[LEADERMSG_TAKE] = "take",
	};

	return kind < sizeof words / sizeof *words ? words[kind] : NULL;
}

/* What root says of ONE of the session's counts, also of one that its keeper says nothing of. */
static void
take_vouched(struct lsdetails *d, const struct leaderctl_one *one)
{
	struct lsdetails_one *more;
	size_t i = 0;

	while (i < d->count && d->v[i].is.serial != one->serial)
		i++;
	if (i == d->count) {
		more = reallocarray(d->v, d->count + 1, sizeof *more);
		if (!more)
			return;
		d->v = more;
		d->v[d->count++] = (struct lsdetails_one){ .is.serial = one->serial };
	}
	d->v[i].is.since_ms = one->since_ms;
	memcpy(d->v[i].is.address, one->address, sizeof d->v[i].is.address);
	memcpy(d->v[i].who, one->who, sizeof d->v[i].who);
	d->v[i].kind = kind_word(one->kind);
}

/* Leaders that hang cost no more than this together. */
static void
ask_leaders(const struct sessionlist *a, struct lsdetails *d)
{
	static struct leaderctl_attached attached;
	uint64_t deadline = clock_now_ms() + LEADERS_MS;

	for (size_t i = 0; i < a->count; i++) {
		uint64_t now = clock_now_ms();
		int left = deadline > now ? (int)(deadline - now) : 0;

		if (!a->v[i].status.vouched || askleader_attached(a->v[i].uid, a->v[i].status.id, left, &attached))
			continue;
		for (uint32_t n = 0; n < attached.count; n++)
			take_vouched(&d[i], &attached.v[n]);
	}
}

/* "…/session-12.scope" is logind's session 12. */
static void
find_login(pid_t pid, char login[LSDETAILS_LOGIN_CAP])
{
	static const char before[] = "session-", behind[] = ".scope";
	int dir = pid > 0 ? procstat_open(pid) : -1;
	char path[PATH_CAP], *last;
	const char *root;

	if (dir < 0)
		return;
	if (cgroup_read(dir, path, &root) == 0 && cgroup_is_scope(path)) {
		last = strrchr(path, '/') + 1;
		if (strncmp(last, before, strlen(before)) == 0)
			snprintf(login, LSDETAILS_LOGIN_CAP, "%.*s",
			         (int)(strlen(last) - strlen(before) - strlen(behind)), last + strlen(before));
	}
	close(dir);
}

struct lsdetails *
lsdetails_take(const struct sessionlist *a, bool more)
{
	struct lsdetails *d = calloc(a->count + 1, sizeof *d);

	for (size_t i = 0; d && i < a->count; i += AT_ONCE)
		ask_keepers(a->v + i, d + i, a->count - i < AT_ONCE ? a->count - i : AT_ONCE, more);
	if (!d || !more)
		return d;
	ask_leaders(a, d);
	for (size_t i = 0; i < a->count; i++) {
		find_login((pid_t)a->v[i].status.keeper_pid, d[i].login);
		if (!d[i].login[0])
			find_login((pid_t)a->v[i].status.shell_pid, d[i].login);
	}
	return d;
}

void
lsdetails_free(struct lsdetails *d, size_t count)
{
	for (size_t i = 0; d && i < count; i++)
		free(d[i].v);
	free(d);
}
