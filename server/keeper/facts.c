/* SPDX-License-Identifier: MIT */
#include "facts.h"

#include <string.h>

#include "report.h"
#include "status.h"

/* One who types, and a program that starts, make no news. */
static bool
is_news(const struct keeper *k, const struct facts_sent *now)
{
	const struct facts_sent *sent = &k->facts.sent;

	return now->state != sent->state || now->id != sent->id || now->changed_ms != sent->changed_ms ||
	       now->lost_ms != sent->lost_ms || strcmp(now->name, sent->name) != 0;
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

void
facts_turn(struct keeper *k)
{
	struct facts_sent now = { .state = k->facts.wanted ? status_state(k) : 0, .id = k->dir.id };
	struct attach_status s;

	/* One who claims it may not get it. */
	if (now.state != ATTACH_STATE_ATTACHED && now.state != ATTACH_STATE_DROPPED)
		return;
	now.changed_ms = k->changed_ms;
	now.lost_ms = k->lost_ms;
	memcpy(now.name, k->name, sizeof now.name);
	if (!is_news(k, &now))
		return;
	k->facts.sent = now;
	status_fill(k, &s);
	send_facts(k, &s);
}
