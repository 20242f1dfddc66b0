/* SPDX-License-Identifier: MIT */
#include "link_time.h"

#include "clock.h"
#include "heap.h"

#define GREETING_MS 15000u    /* from the open channel to the host's HELLO */
#define FALSE_DOUBTS_MAX 4
#define DOUBT_MS 700u         /* a ping is late: a second connection is worth its while */
#define START_MS 90000u       /* from ATTACH to its answer: the host's LoginTimeout is 5 s, or an administrator's */

bool
link_speaks(const struct link *l)
{
	return !l->unanswered || (l->pinged && l->heard > l->pinged);
}

/* How long it may be silent after something that has to be answered. */
static uint64_t
patience(const struct link *l)
{
	return (l->patience ? l->patience : 4000) + 4 * (uint64_t)l->rtt;
}

uint64_t
link_doubtful(const struct link *l)
{
	if (l->phase != LINK_ATTACHED && l->phase != LINK_READY)
		return CLOCK_NEVER;
	if (l->paused || !l->pinged || !l->unanswered)
		return CLOCK_NEVER;
	return l->pinged + ((DOUBT_MS + 3 * (uint64_t)l->rtt / 2) << l->false_doubts);
}

void
link_trusted(struct link *l)
{
	if (l->false_doubts < FALSE_DOUBTS_MAX)
		l->false_doubts++;
}

static void
ping(struct link *l, uint64_t now)
{
	unsigned char frame[FRAME_HEAD + 8];

	if (l->phase != LINK_READY && l->phase != LINK_ATTACHED)
		return;
	l->token++;
	l->pinged = now;
	link_expect(l, now);
	link_put(l, frame, frame_put_u64(FRAME_PING, l->token, frame, sizeof frame));
	link_flush(l);
}

void
link_check(struct link *l, uint64_t now)
{
	l->patience = 2000;
	if (!l->pinged)
		ping(l, now);
}

unsigned
link_poll(struct link *l, struct pollfd *fds, uint64_t *deadline)
{
	clock_sooner(deadline, link_due(l));
	return l->phase == LINK_DEAD ? 0 : l->transport->ops->poll(l->transport, fds, deadline);
}

/* When the host's greeting is late. */
static uint64_t
greeting_due(const struct link *l)
{
	const struct transport *t = l->transport;

	/* A carrier that is no ssh may still be asking for a password. */
	if (t->terminal || (t->early && !t->logged_in))
		return CLOCK_NEVER;
	return (t->early ? l->heard : l->opened) + GREETING_MS;
}

uint64_t
link_due(const struct link *l)
{
	if (l->phase == LINK_DEAD || l->paused || l->silent)
		return CLOCK_NEVER;
	if (l->phase == LINK_CONNECTING)
		return l->transport->state == TRANSPORT_CONNECTING ? CLOCK_NEVER : 0;
	if (l->phase < LINK_READY)
		return greeting_due(l);
	if (l->phase == LINK_READY && l->starting)
		return l->heard + START_MS;
	if (!l->unanswered)
		return l->heard + l->idle_ms;
	/* One byte of input need not be answered in time by a busy host's program; a ping is. */
	if (!l->pinged)
		return l->unanswered + 1000;
	return l->unanswered + patience(l);
}

void
link_tick(struct link *l, uint64_t now)
{
	if (now < link_due(l) || l->phase == LINK_CONNECTING)
		return;
	/* Nothing has happened for a while: what a flood needed goes back to the kernel. */
	if (!l->unanswered)
		heap_trim();
	if (l->phase < LINK_READY && *l->line)
		link_fail(l, "no answer from holdfast; the host says: %s", l->line);
	else if (l->phase < LINK_READY)
		link_fail(l, "no answer from holdfast on the open channel");
	else if (!(l->phase == LINK_READY && l->starting) && (!l->unanswered || !l->pinged))
		ping(l, now);
	else
		l->silent = true;
}
