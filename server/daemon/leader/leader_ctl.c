/* SPDX-License-Identifier: MIT */
#include "leader_ctl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "buildid.h"
#include "clock.h"
#include "leaderctl.h"
#include "leader.h"
#include "leader_end.h"
#include "leader_order.h"
#include "leader_pool.h"
#include "log.h"
#include "origin.h"
#include "peercred.h"
#include "reply.h"
#include "slay.h"

#define DEAF_MS 1000

static void
drop(struct leader_ctl *c, int i)
{
	if (c->v[i].fd >= 0)
		close(c->v[i].fd);
	c->v[i].fd = -1;
}

void
leader_ctl_watch(struct leader *l, struct pollfd p[LEADER_CTL_POLLED])
{
	struct leader_ctl *c = &l->ctl;

	if (c->deaf_ms && clock_now_ms() >= c->deaf_ms)
		c->deaf_ms = 0;
	p[0] = (struct pollfd){ .fd = c->deaf_ms ? -1 : l->dir.leader, .events = POLLIN };
	for (int i = 0; i < LEADER_CTL_MAX; i++)
		p[1 + i] = (struct pollfd){ .fd = c->v[i].fd, .events = POLLIN };
}

/* A place for one more of UID's: -1, if all are root's and this is not. */
static int
find_room(struct leader_ctl *c, uid_t uid)
{
	int oldest = -1;

	for (int i = 0; i < LEADER_CTL_MAX; i++) {
		if (c->v[i].fd < 0)
			return i;
		/* A user's connection never displaces one of root's. */
		if (c->v[i].uid == 0 && uid != 0)
			continue;
		if (oldest < 0 || (c->v[oldest].uid == 0 && c->v[i].uid != 0) ||
		    (!c->v[oldest].uid == !c->v[i].uid && c->v[i].age < c->v[oldest].age))
			oldest = i;
	}
	if (oldest >= 0)
		drop(c, oldest);
	return oldest;
}

static void
fill_reply(const struct leader *l, struct leaderctl_reply *m)
{
	static const enum leaderctl_state states[LEADER_STATES] = {
		[LEADER_WAIT_READY] = LEADERCTL_STARTING, [LEADER_WAIT_START] = LEADERCTL_STARTING,
		[LEADER_RUNNING] = LEADERCTL_RUNNING, [LEADER_ENDING] = LEADERCTL_ENDING,
		[LEADER_UNDOING] = LEADERCTL_ENDING,
	};
	m->session = l->dir.id ? l->dir.id : l->audit.session;
	m->state = l->keepers.parked && !l->pid && l->state == LEADER_RUNNING ? LEADERCTL_PARKED : states[l->state];
	m->keeper_pid = (uint32_t)l->pid;
	m->keeper_start = l->keeper_start;
	m->shell_session = l->state == LEADER_RUNNING || l->state == LEADER_ENDING ? (uint32_t)l->shell.pid : 0;
	m->created_ms = l->created_date_ms;
	m->attachments = vouched_attached(&l->attachments);
	memcpy(m->name, l->name, sizeof m->name);
}

static unsigned
end_session(struct leader *l, int fd)
{
	const struct slay what = {
		.keeper = l->pid, .keeper_start = l->keeper_start, .leader = l->entry->what.pid,
		.leader_start = l->entry->what.start, .shell = l->shell.pid, .shell_start = l->shell.start,
	};
	struct ucred by;

	log_line(LOG_NOTICE, "root ends session %u of uid %u", (unsigned)l->audit.session, (unsigned)l->audit.uid);
	l->slain = true;
	if (peercred_get(fd, &by) == 0)
		leader_end_slain(l, &by);
	return slay_session(&what);
}

/* Answers what cannot change: false: the connection is to end. */
static bool
say_version(int fd)
{
	unsigned char out[LEADERCTL_VERSION_BYTES];
	struct leaderctl_version m;

	memset(&m, 0, sizeof m);
	snprintf(m.version, sizeof m.version, "%s", PACKAGE_VERSION);
	buildid_own(m.build);
	leaderctl_encode_version(&m, out);
	return reply_bytes(fd, out, sizeof out) == 0;
}

static void
describe(const struct vouched_one *a, uint64_t date, uint64_t now, struct leaderctl_one *m)
{
	m->serial = a->serial;
	m->kind = a->kind;
	m->since_ms = a->since_ms && now > a->since_ms ? date - (now - a->since_ms) : date;
	memcpy(m->address, a->address, sizeof m->address);
	memcpy(m->who, a->who, sizeof m->who);
}

/* Says who is attached: false: the connection is to end. */
static bool
say_attached(const struct leader *l, int fd)
{
	struct leaderctl_one *v = calloc(ATTACHMENTS_MAX, sizeof *v);
	unsigned char *out = malloc(LEADERCTL_ATTACHED_BYTES);
	uint64_t date = clock_date_ms(), now = clock_now_ms();
	uint32_t count = 0;
	int len = -ENOMEM;

	for (unsigned i = 0; v && out && i < ATTACHMENTS_MAX && l->attachments.v[i]; i++)
		if (l->attachments.v[i]->attached)
			describe(l->attachments.v[i], date, now, &v[count++]);
	if (v && out)
		len = leaderctl_encode_attached(v, count, out, LEADERCTL_ATTACHED_BYTES);
	if (len > 0)
		len = reply_bytes(fd, out, (size_t)len);
	free(out);
	free(v);
	return len == 0;
}

/* Says what a session inherits that is started out of this one: false: the connection is to end. */
static bool
say_origin(const struct leader *l, int fd)
{
	struct origin *o = calloc(1, sizeof *o);
	unsigned char *out = malloc(ORIGIN_MAX);
	int len = o && out && l->state == LEADER_RUNNING && !l->shell.ended ? 0 : -ESRCH;

	if (!len) {
		o->login = *l->login;
		o->around = *l->around;
		memcpy(o->unique, l->audit.unique, sizeof o->unique);
		memcpy(o->label, l->order->label, sizeof o->label);
		len = origin_encode(o, out, ORIGIN_MAX);
	}
	if (len > 0)
		len = reply_bytes(fd, out, (size_t)len);
	free(out);
	free(o);
	return len == 0;
}

/* Answers OP, if it has an answer of its own; *GO_ON: the connection is not to end. */
static bool
say_own(const struct leader *l, int i, enum leaderctl_op op, bool *go_on)
{
	int fd = l->ctl.v[i].fd;

	if (op == LEADERCTL_VERSION)
		*go_on = say_version(fd);
	else if (op == LEADERCTL_ATTACHED)
		*go_on = say_attached(l, fd);
	else if (op == LEADERCTL_ORIGIN)
		*go_on = l->ctl.v[i].uid == 0 && say_origin(l, fd);
	else
		return false;
	return true;
}

static void
serve(struct leader *l, int i)
{
	unsigned char buf[LEADERCTL_REQUEST_BYTES + 1], out[LEADERCTL_REPLY_BYTES];
	struct leaderctl_reply m = { .result = LEADERCTL_DONE };
	int fd = l->ctl.v[i].fd;
	ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT | MSG_TRUNC);
	enum leaderctl_op op;
	bool go_on;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || leaderctl_decode_request(&op, buf, (size_t)n)) {
		drop(&l->ctl, i);
		return;
	}
	if (op == LEADERCTL_TELL) {
		if (l->ctl.v[i].uid == 0)
			leader_pool_again(l);
		drop(&l->ctl, i);
		return;
	}
	if (say_own(l, i, op, &go_on)) {
		if (!go_on)
			drop(&l->ctl, i);
		return;
	}
	m.op = op;
	fill_reply(l, &m);
	if (op == LEADERCTL_KILL && l->ctl.v[i].uid == 0)
		m.killed = end_session(l, fd);
	else if (op == LEADERCTL_KILL)
		m.result = LEADERCTL_DENIED;
	leaderctl_encode_reply(&m, out);
	if (reply_bytes(fd, out, sizeof out))
		drop(&l->ctl, i);
}

static void
accept_one(struct leader *l)
{
	int fd = accept4(l->dir.leader, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), i = -1;
	struct ucred cred;

	if (fd < 0) {
		/* It goes on waiting, and would be reported again and again. */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			l->ctl.deaf_ms = clock_now_ms() + DEAF_MS;
		return;
	}
	if (peercred_get(fd, &cred) == 0 && (cred.uid == 0 || cred.uid == l->audit.uid))
		i = find_room(&l->ctl, cred.uid);
	if (i < 0) {
		close(fd);
		return;
	}
	l->ctl.v[i].fd = fd;
	l->ctl.v[i].uid = cred.uid;
	l->ctl.v[i].age = ++l->ctl.clock;
	/* It has asked already, as a rule. */
	serve(l, i);
}

void
leader_ctl_turn(struct leader *l, const struct pollfd p[LEADER_CTL_POLLED])
{
	for (int i = 0; i < LEADER_CTL_MAX; i++)
		if (p[1 + i].revents && l->ctl.v[i].fd == p[1 + i].fd)
			serve(l, i);
	if (p[0].revents && p[0].fd == l->dir.leader && l->dir.leader >= 0)
		accept_one(l);
}

void
leader_ctl_close(struct leader *l)
{
	for (int i = 0; i < LEADER_CTL_MAX; i++)
		drop(&l->ctl, i);
}
