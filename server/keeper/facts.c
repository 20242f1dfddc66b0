/* SPDX-License-Identifier: MIT */
#include "facts.h"

#include <string.h>

#include "clock.h"
#include "peers.h"
#include "probe.h"
#include "report.h"
#include "status.h"

/* One who types, and a program that starts, make no news. */
static bool
is_news(const struct keeper *k, const struct facts_sent *now)
{
	const struct facts_sent *sent = &k->facts.sent;

	return now->state != sent->state || now->silent != sent->silent || now->id != sent->id ||
	       now->changed_ms != sent->changed_ms || now->lost_ms != sent->lost_ms || strcmp(now->name, sent->name) != 0;
}

/*
 * Of an attached session the last loss lies before the moment when it was attached; a later one says that its
 * connections are dead (poolmsg.h).
 */
static void
put_loss(const struct keeper *k, bool silent, struct leadermsg_facts *m)
{
	uint64_t heard = silent ? probe_last_heard(k) : 0;

	if (m->state != ATTACH_STATE_ATTACHED)
		return;
	if (!silent) {
		/* The clock may have been set back. */
		if (m->lost_ms > m->changed_ms)
			m->lost_ms = m->changed_ms;
		return;
	}
	m->lost_ms = clock_date_ms();
	if (m->lost_ms <= m->changed_ms)
		m->lost_ms = m->changed_ms + 1;
	m->lost_heard_ms = heard ? clock_date_of(heard) : m->changed_ms;
	m->lost_used_ms = m->activity_ms < m->lost_heard_ms ? m->activity_ms : m->lost_heard_ms;
}

static void
send_facts(struct keeper *k, const struct attach_status *s)
{
	unsigned char buf[LEADERMSG_FACTS_MAX];
	struct leadermsg_facts m;

	memset(&m, 0, sizeof m);
	m.state = s->state;
	m.kind = s->kind;
	m.apart = k->apart;
	m.rows = s->rows;
	m.cols = s->cols;
	m.created_ms = s->created_ms;
	m.changed_ms = s->changed_ms;
	m.activity_ms = s->activity_ms;
	m.lost_ms = s->lost_ms;
	m.lost_heard_ms = s->lost_heard_ms;
	m.lost_used_ms = s->lost_used_ms;
	put_loss(k, k->facts.sent.silent, &m);
	memcpy(m.name, s->name, sizeof m.name);
	memcpy(m.term, s->term, sizeof m.term);
	if (k->facts.programs)
		memcpy(m.program, s->program, sizeof m.program);
	report_message(k, buf, leadermsg_encode_facts(&m, buf, sizeof buf));
}

void
facts_wanted(struct keeper *k, const struct leadermsg_tell *m)
{
	k->facts.wanted = true;
	k->facts.programs = m->programs;
	k->facts.sent.state = 0;
}

/* Whether a login on another node could resume the session, if only its connections were dead. */
static bool
looks(const struct keeper *k)
{
	return k->facts.wanted && k->source->has_terminal && !k->apart && peers_attached(k);
}

void
facts_watch(struct keeper *k, struct loop *l)
{
	if (k->facts.look_at)
		loop_until(l, k->facts.look_at);
}

/* Looks at connections that have been silent for so long, and again after that time. */
static void
look(struct keeper *k)
{
	uint64_t now, silent_at;

	if (!looks(k)) {
		k->facts.look_at = 0;
		return;
	}
	now = clock_now_ms();
	if (k->facts.look_at > now)
		return;
	silent_at = probe_last_heard(k) + FACTS_SILENT_MS;
	k->facts.look_at = silent_at > now ? silent_at : now + FACTS_SILENT_MS;
	if (silent_at <= now)
		probe_look(k);
}

void
facts_turn(struct keeper *k)
{
	struct facts_sent now = { .state = k->facts.wanted ? status_state(k) : 0, .id = k->dir.id };
	struct attach_status s;

	look(k);
	/* One who claims it may not get it. */
	if (now.state != ATTACH_STATE_ATTACHED && now.state != ATTACH_STATE_DROPPED)
		return;
	now.silent = now.state == ATTACH_STATE_ATTACHED && looks(k) && probe_found_dead(k);
	now.changed_ms = k->changed_ms;
	now.lost_ms = k->lost_ms;
	memcpy(now.name, k->name, sizeof now.name);
	if (!is_news(k, &now))
		return;
	k->facts.sent = now;
	status_fill(k, &s);
	send_facts(k, &s);
}
