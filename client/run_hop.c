/* SPDX-License-Identifier: MIT */
#include "run_hop.h"

#include <stdio.h>

#include "clock.h"
#include "exit_status.h"
#include "hop_link.h"
#include "incoming.h"
#include "run_end.h"

void
run_hop_begin(struct run *r)
{
	const struct hopmsg_order *o = &r->o->hop.order;

	r->hop = r->o->hop.fd >= 0 ? &r->o->hop : NULL;
	if (!r->hop)
		return;
	r->mode = o->how == HOPMSG_JOIN ? FRAME_JOIN : FRAME_TAKE;
	r->flags = FRAME_MUST_EXIST | (o->how == HOPMSG_RESUME ? FRAME_IF_DROPPED : 0u) |
	           (o->flags & HOPMSG_READONLY ? FRAME_READONLY : 0u);
	snprintf(r->want, sizeof r->want, "%u", o->session);
	hop_name_features(r->o->request.x11 == ASK_X11_TRUSTED);
	incoming_open(0, false);
}

bool
run_hop_may_attach(struct run *r, struct link *l)
{
	return !r->hop || hop_link_ready(r->hop, l, r->stream.attached);
}

void
run_hop_attached(struct run *r)
{
	struct hopmsg_report m = { .type = HOPMSG_ATTACHED, .value = r->stream.session };

	if (!r->hop)
		return;
	snprintf(m.text, sizeof m.text, "%s", r->seen_as);
	hop_report(r->hop, &m);
}

/* One NUL, which a terminal ignores: if nothing waits to be written, and not in the middle of a sequence. */
static bool
send_nothing(struct run *r)
{
	if (!r->terminal || r->out.error || local_sink_waiting(&r->out) || local_holdback_inside(&r->held))
		return false;
	(void)local_sink_own(&r->out, "", 1);
	local_sink_push(&r->out);
	return !local_sink_waiting(&r->out);
}

void
run_hop_asked(struct run *r)
{
	if (r->hop && incoming_begin() && !send_nothing(r))
		incoming_mute();
}

uint64_t
run_hop_due(const struct run *r)
{
	return r->hop ? incoming_due() : CLOCK_NEVER;
}

void
run_hop_tick(struct run *r, uint64_t now)
{
	struct frame_line m;
	unsigned char frame[FRAME_HEAD + 8];

	if (r->hop && incoming_verdict(&m, now) && run_attached_link(r))
		link_put(r->link, frame, frame_put_line(&m, frame, sizeof frame));
}

void
run_hop_detached(struct run *r, uint32_t reason, const char *text)
{
	bool to = reason == FRAME_D_SWITCH && *text;

	r->hop_end = (struct hopmsg_report){ .type = to ? HOPMSG_SWITCH : HOPMSG_DETACHED, .value = reason };
	snprintf(r->hop_end.text, sizeof r->hop_end.text, "%s", text);
	run_end(r, 0, NULL);
}

void
run_hop_left(struct run *r)
{
	run_end(r, STATUS_FAILED, NULL);
}

/* The shell has ended. */
static void
exited(const struct run *r, struct hopmsg_report *m)
{
	*m = (struct hopmsg_report){ .type = HOPMSG_EXIT, .signaled = r->stream.exit.signaled,
		                     .value = r->stream.exit.value };
}

void
run_hop_over(struct run *r)
{
	struct hopmsg_report m = r->hop_end;

	if (!r->hop)
		return;
	if (r->stream.ended)
		exited(r, &m);
	else if (!m.type)
		m = (struct hopmsg_report){ .type = HOPMSG_FAILED, .value = r->error_code };
	if (!*m.text)
		snprintf(m.text, sizeof m.text, "%.*s", TEXT_CAP - 1, r->last_words);
	hop_report(r->hop, &m);
}
