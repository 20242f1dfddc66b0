/* SPDX-License-Identifier: MIT */
#include "run_close.h"

#include "clock.h"
#include "exit_status.h"
#include "run_end.h"
#include "run_send.h"

#define CLOSE_MS 500u

static void
put_closed(struct link *l, uint8_t channel)
{
	unsigned char frame[16];

	link_put(l, frame, frame_put_channel(channel, frame, sizeof frame));
}

void
run_close_output(struct run *r)
{
	struct link *l = run_attached_link(r);

	if (!r->out.error || r->terminal || !l || r->out_told)
		return;
	r->out_told = true;
	if (r->stream.takes_closed) {
		put_closed(l, 0);
		link_flush(l);
	} else {
		/* The next best for a keeper of an older version. */
		run_send_signal(r, "PIPE");
	}
}

bool
run_asked(const struct run *r)
{
	const struct link *l = r->fresh;

	/* Where nobody has logged in, what was sent waits on this side. */
	return l && l->asked_attach && (l->phase >= LINK_HELLO || transport_reaches(l->transport));
}

/* The link to say it over; NULL: there is none. */
static struct link *
listener(struct run *r)
{
	struct link *l = run_attached_link(r);

	if (l)
		return r->stream.takes_closed ? l : NULL;
	/* ATTACH is on its way, and may start the command: what follows it is read after that. */
	l = r->stream.attached || !run_asked(r) ? NULL : r->fresh;
	if (!l || l->phase == LINK_DEAD)
		return NULL;
	/* INPUT_END would be at another offset than where the host is. */
	if (r->stream.ahead && l->phase >= LINK_READY &&
	    !frame_has_feature(l->hello.features, FRAME_INPUT_AHEAD_FEATURE))
		return NULL;
	/*
	 * A host that takes ATTACH_AHEAD takes this too; one that passes over it starts nothing, and ends the
	 * connection.
	 */
	return l->ahead || frame_has_feature(l->hello.features, FRAME_OUTPUT_CLOSED_FEATURE) ? l : NULL;
}

bool
run_close(struct run *r)
{
	struct link *l = listener(r);
	struct link_input *in = &r->stream.input;
	unsigned char frame[64];

	if (r->closing)
		return true;
	if (r->terminal || r->o->session || r->o->no_session || r->away || r->stream.ended || !l)
		return false;
	put_closed(l, 0);
	put_closed(l, 1);
	if (!in->end_sent)
		link_put(l, frame, frame_put_u64(FRAME_INPUT_END, in->sent, frame, sizeof frame));
	in->ended = in->end_sent = true;
	link_put(l, frame, frame_put_plain(FRAME_DETACH, frame, sizeof frame));
	link_flush(l);
	r->closing = true;
	r->input_open = false;
	r->detach_at = clock_now_ms() + CLOSE_MS;
	return true;
}

void
run_closed(struct run *r)
{
	run_end(r, STATUS_FAILED, NULL);
}
