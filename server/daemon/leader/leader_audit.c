/* SPDX-License-Identifier: MIT */
#include "leader_audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "clock.h"
#include "dropcause.h"
#include "counters.h"
#include "leader_order.h"
#include "leader_utmp.h"
#include "refusal.h"

static unsigned long long
seconds_since(uint64_t then_ms)
{
	uint64_t now = clock_now_ms();

	return (unsigned long long)(now > then_ms ? (now - then_ms) / 1000 : 0);
}

bool
leader_audit_may_say(const struct leader *l)
{
	refusal_tell(l->slot);
	return !l->quiet;
}

void
leader_audit_created(struct leader *l)
{
	struct event e;

	l->created_ms = clock_now_ms();
	audit_begin(&l->audit, &e, "create", login_from(l->login), l->login->who);
	event_add(&e, "version", PACKAGE_VERSION);
	if (l->order->origin)
		event_add(&e, "origin", l->order->origin->unique);
	login_event(l->login, &e);
	audit_write(&l->audit, &e);
}

/* The event's name for the attachment A, with OTHERS already attached. */
static const char *
event_of(const struct vouched_one *a, unsigned others)
{
	if (!a->kind)
		return "attach";
	if (!others)
		return "resume";
	return a->kind == LEADERMSG_TAKE ? "take" : "join";
}

/* The node of the pool that A's login has come over, if that has vouched for it. */
static void
put_node(struct event *e, const struct vouched_one *a)
{
	if (!a || !a->node[0])
		return;
	event_add(e, "node", a->node);
	event_add(e, "vouched", a->vouched);
}

static void
mark_taken(struct leader *l, const struct vouched_one *by)
{
	for (unsigned i = 0; i < ATTACHMENTS_MAX && l->attachments.v[i]; i++)
		if (l->attachments.v[i] != by)
			l->attachments.v[i]->taken = true;
}

void
leader_audit_attached(struct leader *l, const struct leadermsg_report *m)
{
	struct vouched_one *a = vouched_find(&l->attachments, m->number);
	unsigned others = vouched_attached(&l->attachments);
	struct event e;

	/* One that came without a ticket was never asked about. */
	if (!a)
		a = vouched_add(&l->attachments, m->number, 0, "", "");
	if (!a || a->attached)
		return;
	a->attached = true;
	a->pipes = m->kind == 1;
	a->since_ms = clock_now_ms();
	if (a->asked_ms)
		counters_resumed(a->since_ms - a->asked_ms);
	leader_utmp_update(l);
	if (a->kind == LEADERMSG_TAKE)
		mark_taken(l, a);
	/* The first one is told by "create". */
	if (a->kind == LEADERMSG_CREATE && !l->first_attached) {
		l->first_attached = true;
		return;
	}
	audit_begin(&l->audit, &e, event_of(a, others), a->address, a->who);
	if (!others)
		event_number(&e, "duration", seconds_since(l->dropped_ms));
	if (a->chose[0])
		event_add(&e, "chose", a->chose);
	if (a->other)
		event_add(&e, "other-key", "yes");
	put_node(&e, a);
	audit_write_limited(&l->audit, &e);
}

/* Why A has gone, as far as its connection and the keeper's KIND tell. */
static const char *
why_gone(const struct vouched_one *a, uint32_t kind)
{
	struct dropcause d = { .kind = kind, .taken = a->taken, .found = -EINVAL };

	if (!dropcause_is_told(&d) && a->tuple.family) {
		d.found = tcpinfo_get(&a->tuple, &d.tcp);
		d.sshd_lives = login_alive(a->sshd, a->sshd_start) != -ESRCH;
	}
	return dropcause_word(&d);
}

void
leader_audit_gone(struct leader *l, const struct leadermsg_report *m)
{
	struct vouched_one *a = vouched_find(&l->attachments, m->number);
	unsigned left;
	struct event e;

	if (!a || !a->attached)
		return;
	a->attached = false;
	left = vouched_attached(&l->attachments);
	leader_utmp_update(l);
	audit_begin(&l->audit, &e, left ? "leave" : "drop", a->address, a->who);
	event_number(&e, "duration", seconds_since(a->since_ms));
	event_add(&e, "why", why_gone(a, m->kind));
	put_node(&e, a);
	/* After the end of the shell the event "end" replaces "drop". */
	if (!l->ended)
		audit_write_limited(&l->audit, &e);
	if (!left)
		l->dropped_ms = clock_now_ms();
	vouched_remove(&l->attachments, m->number);
}

void
leader_audit_refused(struct leader *l, const struct leadermsg_report *m)
{
	static const char *const words[] = {
		[ATTACH_REFUSAL_IDENTITY] = "other-key",
		[ATTACH_REFUSAL_ELEVATED] = "elevated",
		[ATTACH_REFUSAL_TAKEOVER] = "take-over",
		[ATTACH_REFUSAL_OTHER] = "other-session",
	};
	const struct vouched_one *a = vouched_find(&l->attachments, m->number);
	struct event e;

	if (m->kind >= sizeof words / sizeof *words || !words[m->kind])
		return;
	audit_begin(&l->audit, &e, "refuse", a ? a->address : NULL, a ? a->who : NULL);
	event_add(&e, "why", words[m->kind]);
	put_node(&e, a);
	audit_write_limited(&l->audit, &e);
	if (a && !a->attached)
		vouched_remove(&l->attachments, m->number);
}

/* The latest attached one, or NULL. */
static const struct vouched_one *
latest(const struct leader *l)
{
	const struct vouched_one *a = NULL;

	for (unsigned i = 0; i < ATTACHMENTS_MAX && l->attachments.v[i]; i++)
		if (l->attachments.v[i]->attached && (!a || l->attachments.v[i]->since_ms >= a->since_ms))
			a = l->attachments.v[i];
	return a;
}

static void
put_actor(struct event *e, const struct endrecord *r)
{
	const struct end_actor *a = &r->actor;

	if (r->by != END_BY_PROCESS)
		return;
	event_number(e, "by-uid", a->uid);
	event_number(e, "by-pid", a->pid);
	event_add(e, "by-program", a->program);
	event_number(e, "signal", a->signal);
	if (a->said_by_keeper)
		event_add(e, "said-by-keeper", "yes");
}

void
leader_audit_end(struct leader *l, const struct endrecord *r)
{
	const struct vouched_one *a = latest(l);
	char status[16] = "";
	struct event e;

	if (r->has_status)
		endrecord_status(r->status, status);
	audit_begin(&l->audit, &e, r->why == END_KEEPER ? "lost" : "end", a ? a->address : NULL, a ? a->who : NULL);
	event_number(&e, "duration", seconds_since(l->created_ms));
	event_add(&e, "status", status);
	event_add(&e, "why", endrecord_why(r->why));
	event_add(&e, "by", endrecord_by(r->by));
	put_actor(&e, r);
	if (r->idle_s)
		event_number(&e, "idle_s", r->idle_s);
	put_node(&e, a);
	audit_write(&l->audit, &e);
}
