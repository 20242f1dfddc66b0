/* SPDX-License-Identifier: MIT */
#include "leader_audit.h"

#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "clock.h"
#include "counters.h"
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
	l->created_ms = clock_now_ms();
	audit_event(&l->audit, "create", l->login->address, l->login->who, "");
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
	char extra[64] = "";

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
	if (!others)
		snprintf(extra, sizeof extra, "duration=%llu%s", seconds_since(l->dropped_ms),
		         a->other ? " other-key=yes" : "");
	else if (a->other)
		snprintf(extra, sizeof extra, "other-key=yes");
	audit_limited(&l->audit, event_of(a, others), a->address, a->who, extra);
}

void
leader_audit_gone(struct leader *l, const struct leadermsg_report *m)
{
	struct vouched_one *a = vouched_find(&l->attachments, m->number);
	const char *why = "";
	unsigned left;
	char extra[64];

	if (!a || !a->attached)
		return;
	a->attached = false;
	left = vouched_attached(&l->attachments);
	leader_utmp_update(l);
	if (a->taken)
		why = " why=taken";
	else if (m->kind == ATTACH_WHY_IDLE)
		why = " why=idle";
	snprintf(extra, sizeof extra, "duration=%llu%s", seconds_since(a->since_ms), why);
	/* After the end of the shell the event "end" replaces "drop". */
	if (!l->ended)
		audit_limited(&l->audit, left ? "leave" : "drop", a->address, a->who, extra);
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
	};
	const struct vouched_one *a = vouched_find(&l->attachments, m->number);
	char extra[32];

	if (m->kind >= sizeof words / sizeof *words || !words[m->kind])
		return;
	snprintf(extra, sizeof extra, "why=%s", words[m->kind]);
	audit_limited(&l->audit, "refuse", a ? a->address : NULL, a ? a->who : NULL, extra);
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

/* The fields of the actor, each with a blank before it. */
static void
put_actor(char *out, size_t cap, const struct endrecord *r)
{
	const struct end_actor *a = &r->actor;
	char program[NAME_CAP];

	out[0] = '\0';
	if (r->by != END_BY_PROCESS)
		return;
	memcpy(program, a->program, sizeof program);
	for (char *p = program; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '=')
			*p = '_';
	snprintf(out, cap, " by-uid=%u by-pid=%u by-program=%s signal=%u%s", (unsigned)a->uid, (unsigned)a->pid,
	         program[0] ? program : "-", (unsigned)a->signal, a->said_by_keeper ? " said-by-keeper=yes" : "");
}

void
leader_audit_end(struct leader *l, const struct endrecord *r)
{
	const struct vouched_one *a = latest(l);
	char text[256], status[16] = "-", actor[128], idle[32] = "";

	if (r->has_status)
		endrecord_status(r->status, status);
	put_actor(actor, sizeof actor, r);
	if (r->idle_s)
		snprintf(idle, sizeof idle, " idle_s=%u", (unsigned)r->idle_s);
	snprintf(text, sizeof text, "duration=%llu status=%s why=%s by=%s%s%s", seconds_since(l->created_ms), status,
	         endrecord_why(r->why), endrecord_by(r->by), actor, idle);
	audit_event(&l->audit, r->why == END_KEEPER ? "lost" : "end", a ? a->address : NULL, a ? a->who : NULL, text);
}
