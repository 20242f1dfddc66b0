/* SPDX-License-Identifier: MIT */
#include "ending.h"

#include <string.h>

#include "attachments.h"
#include "awaited.h"
#include "cause.h"
#include "clock.h"
#include "keeptext.h"
#include "peers.h"
#include "report.h"
#include "script.h"
#include "session.h"

/* How long a session that has ended waits for the client that has not heard of it. */
#define LINGER_MS 60000
#define COMMAND_LINGER_MS 300000 /* a command, from when the client has gone: nobody else may know its status */

void
ending_begin(struct keeper *k)
{
	k->kill_at = CLOCK_NEVER;
	k->state = KEEPER_ENDING;
	k->drained = false;
	k->source->shell_ended(k);
	cause_shell_ended(k);
}

void
ending_watch(struct keeper *k, struct loop *l)
{
	cause_watch(k, l);
	if (!k->drained)
		loop_until(l, k->let_go_at);
	/* While a slow peer takes its time, a deadline in the past would keep the loop awake. */
	if (k->linger_until != CLOCK_NEVER && (!k->drained || !attachments_behind(k, 0)))
		loop_until(l, k->linger_until);
}

/* Behind the last output: nobody can say how the shell has ended, for its parent, the leader, ended before it. */
static void
say_unknown(struct keeper *k)
{
	static const char text[] = "holdfast: the exit status is not known: the session's leader has ended first\r\n";
	unsigned channel = k->source->has_terminal ? 0 : 1;
	struct ring *r = k->source->ring(k, channel);

	k->shell.unknown = false;
	if (k->source->keeps_all && r->size - (r->head - k->source->first(k, channel)) < sizeof text)
		return;
	memcpy(ring_space(r), text, sizeof text - 1);
	ring_advance(r, sizeof text - 1);
	attachments_push(k);
}

/* Sets until when a client that has not acknowledged the end is waited for. */
static void
set_linger(struct keeper *k, uint64_t now)
{
	bool command = k->commanded && !k->killed;
	uint64_t most = now + (command ? COMMAND_LINGER_MS : LINGER_MS);

	/* One that is there takes its time, as with ssh: its reader may be a pager. */
	if (command && awaited_held(k))
		k->linger_until = CLOCK_NEVER;
	else if (k->linger_until > most)
		k->linger_until = most;
}

/* All output has been sent: tells the attachments.  Whether to wait for a client that has not acknowledged the end. */
static bool
lingers(struct keeper *k)
{
	uint64_t now = clock_now_ms();
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (!peer->ops->behind(peer, 0))
			peer->ops->say_ended(peer);
	/* A session that was killed does not wait for a client that may never come. */
	if (!streams_open(&k->streams) || (k->killed && !awaited_held(k)))
		return false;
	set_linger(k, now);
	return now < k->linger_until;
}

void
ending_over(struct keeper *k)
{
	/* No login may find the session any more when the first one is told of its end. */
	sessiondir_remove(&k->dir);
	cause_words(k);
	keeptext_end(k);
	/* Before the peers go, so that the leader does not take that for a drop. */
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_ENDED, .number = (uint32_t)k->shell.status,
	                                 .kind = k->why_ended });
	attachments_end(k, true);
	script_end(k);
	k->state = KEEPER_OVER;
}

void
ending_turn(struct keeper *k)
{
	k->source->drain(k);
	if ((!k->drained && k->drain_left) || attachments_behind(k, 0) || awaited_count(k))
		return;
	if (k->shell.unknown) {
		say_unknown(k);
		if (attachments_behind(k, 0))
			return;
	}
	streams_drop_input(&k->streams);
	if (cause_awaited(k))
		return;
	if (lingers(k)) {
		attachments_end(k, false);
		return;
	}
	ending_over(k);
}
