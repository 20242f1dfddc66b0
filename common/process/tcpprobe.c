/* SPDX-License-Identifier: MIT */
#include "tcpprobe.h"

#include <errno.h>

#include "clock.h"
#include "judge.h"

/* When a connection is looked at, in ms after the first look.  One that lives has answered by the first few. */
static const uint16_t schedule[] = { 5, 15, 40, 100, 250, 450, 650, 800, TCPPROBE_MS };

#define STEPS (sizeof schedule / sizeof *schedule)

void
tcpprobe_start(struct tcpprobe *p)
{
	struct tcpinfo i;

	p->heard_at = clock_now_ms();
	p->seen = p->tuple.family && tcpinfo_get(&p->tuple, &i) == 0;
}

void
tcpprobe_heard(struct tcpprobe *p)
{
	p->heard_at = clock_now_ms();
	p->found = 0;
}

void
tcpprobe_conclude(struct tcpprobe *p, enum tcpprobe_verdict verdict)
{
	p->open = false;
	p->found = verdict;
	p->found_at = clock_now_ms();
}

enum tcpprobe_verdict
tcpprobe_look(struct tcpprobe *p, struct tcpinfo *i)
{
	uint64_t now = clock_now_ms();
	int rc = tcpinfo_get(&p->tuple, i);

	if (rc == -ENOENT && p->seen)
		return TCPPROBE_DEAD;
	if (rc < 0)
		return TCPPROBE_UNKNOWN;
	p->seen = true;
	if (now - i->last_ack_ms > p->heard_at && i->last_ack_ms < now)
		p->heard_at = now - i->last_ack_ms;
	return 0;
}

bool
tcpprobe_begin(struct tcpprobe *p)
{
	enum tcpprobe_verdict verdict = p->tuple.family ? tcpprobe_look(p, &p->first) : TCPPROBE_UNKNOWN;

	if (verdict) {
		tcpprobe_conclude(p, verdict);
		return false;
	}
	/* Proven before, and nothing was heard since, though there is something to be acknowledged. */
	if (p->found == TCPPROBE_DEAD && p->heard_at <= p->found_at &&
	    ((p->first.unacked && p->first.backoff) || p->first.probes)) {
		tcpprobe_conclude(p, TCPPROBE_DEAD);
		return false;
	}
	p->since = clock_now_ms();
	p->step = 0;
	p->probes = 0;
	p->open = true;
	switch (judge_first(&p->first)) {
	case JUDGE_ALIVE:
		tcpprobe_conclude(p, TCPPROBE_ALIVE);
		return false;
	case JUDGE_DEAD:
		tcpprobe_conclude(p, TCPPROBE_DEAD);
		return false;
	case JUDGE_ASK:
		return true;
	case JUDGE_WATCH:
		break;
	}
	return false;
}

uint64_t
tcpprobe_due(const struct tcpprobe *p)
{
	return p->since + schedule[p->step < STEPS ? p->step : STEPS - 1];
}

/* The kernel does not say when it probed a closed window last, only how often: it is noticed here. */
static void
note_window_probes(struct tcpprobe *p, struct tcpinfo *i, uint64_t now)
{
	if (i->unacked || i->probes <= p->first.probes)
		return;
	if (i->probes != p->probes)
		p->probed_at = now;
	p->probes = i->probes;
	i->last_sent_ms = (uint32_t)(now - p->probed_at);
}

void
tcpprobe_again(struct tcpprobe *p, uint64_t now)
{
	struct tcpinfo i;
	bool last = p->since + schedule[STEPS - 1] <= now;
	enum tcpprobe_verdict verdict;
	enum judgement j;

	if (!p->open || (p->step < STEPS && tcpprobe_due(p) > now))
		return;
	while (p->step < STEPS && p->since + schedule[p->step] <= now)
		p->step++;
	verdict = tcpprobe_look(p, &i);
	if (verdict) {
		tcpprobe_conclude(p, verdict);
		return;
	}
	note_window_probes(p, &i, now);
	j = judge_later(&p->first, &i, (uint32_t)(now - p->since), last);
	if (j == JUDGE_ALIVE || j == JUDGE_DEAD)
		tcpprobe_conclude(p, j == JUDGE_ALIVE ? TCPPROBE_ALIVE : TCPPROBE_DEAD);
	else if (last)
		tcpprobe_conclude(p, TCPPROBE_UNKNOWN);
}
