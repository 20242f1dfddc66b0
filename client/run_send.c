/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "clock.h"
#include "local.h"
#include "run_ahead.h"
#include "run_paste.h"
#include "run_send.h"
#include "secretmem.h"

#define ACK_SOME_MS 10u     /* from LINK_PACE_SOME bytes that have been passed on to their ACK, at the latest, */
#define ACK_LATE_MS 100u    /* and from less */
#define INPUT_PIECE 32000u  /* with its head one packet of ssh */
#define INPUT_PIECES 8u     /* at once: then everything else gets a look */

/* Keys wait for their moment, and where none was typed a ping of the same size goes (obscure.h). */
static bool
may_send(struct run *r, struct link *l)
{
	const unsigned char *p;
	unsigned char frame[64];
	uint64_t random = 0;

	if (!r->obscure.interval || r->stream.input.ended)
		return true;
	if (secretmem_random(&random, sizeof random) < 0)
		random = 0;
	switch (obscure_turn(&r->obscure, clock_now_ms(), link_input_next(&r->stream.input, &p, INPUT_PIECE),
	                     (uint32_t)random)) {
	case OBSCURE_SEND:
		return true;
	case OBSCURE_HOLD:
		break;
	case OBSCURE_CHAFF:
		link_put(l, frame, frame_put_u64(FRAME_PING, random, frame, sizeof frame));
		link_flush(l);
		break;
	}
	return false;
}

void
run_pump(struct run *r)
{
	struct link_input *in = &r->stream.input;
	struct link *l = run_attached_link(r);
	unsigned char frame[64];
	const unsigned char *p;
	size_t n;

	if (!l)
		run_ahead_pump(r);
	if (!l || r->closing || run_paste_comes(r, clock_now_ms()) || !may_send(r, l))
		return;
	/* One piece at most waits in the link: a signal would wait behind it, and LINK_OUT_BUSY is not reached. */
	for (unsigned i = 0; !link_queued(l) && (n = link_input_next(in, &p, INPUT_PIECE)) > 0; i++) {
		if (i == INPUT_PIECES) {
			r->more = true;
			break;
		}
		link_put_data(l, in->sent, p, n);
		link_input_sent(in, n);
		link_rtt_sent(&r->rtt, in->sent, clock_now_ms());
		link_flush(l);
	}
	if (link_input_end_due(in)) {
		link_put(l, frame, frame_put_u64(FRAME_INPUT_END, in->end, frame, sizeof frame));
		in->end_sent = true;
	}
}

void
run_repair(struct run *r)
{
	struct link *l = run_attached_link(r);
	unsigned char frame[64];
	bool all = r->stream.unpainted;

	if (asking_dirty(r->asking))
		r->redraw = true;
	if (!r->terminal || !(r->redraw || all) || !l)
		return;
	link_put(l, frame, frame_put_redraw(all ? FRAME_REDRAW_ALL : FRAME_REDRAW_SCREEN, frame, sizeof frame));
	link_flush(l);
	r->redraw = false;
	r->redraw_asked = true;
}

void
run_send_size(struct run *r, const struct frame_size *known)
{
	struct link *l = run_attached_link(r);
	unsigned char frame[64];
	struct frame_size size;

	local_size(&size);
	if (!l || !r->terminal || !size.rows || (known && size.rows == known->rows && size.cols == known->cols))
		return;
	link_put(l, frame, frame_put_size(FRAME_SIZE, &size, frame, sizeof frame));
	r->predict.size = size;
	link_flush(l);
}

void
run_send_signal(struct run *r, const char *name)
{
	struct link *l = run_attached_link(r);
	struct frame_text t = { 0 };
	unsigned char frame[256];

	if (!l)
		return;
	snprintf(t.text, sizeof t.text, "%s", name);
	link_put(l, frame, frame_put_text(FRAME_SIGNAL, &t, frame, sizeof frame));
	link_flush(l);
}

bool
run_send_detach(struct run *r)
{
	struct link *l = run_attached_link(r);
	unsigned char frame[64];

	if (!l)
		return false;
	link_put(l, frame, frame_put_plain(FRAME_DETACH, frame, sizeof frame));
	link_flush(l);
	return true;
}

/* How much output the terminal or pipe has taken: bytes that wait for it are not acknowledged. */
static uint64_t
passed(const struct run *r, unsigned channel)
{
	uint64_t waiting = channel ? local_sink_waiting(&r->err) : local_sink_waiting_host(&r->out) + r->held.len;
	uint64_t next = r->stream.next[channel];

	return next > waiting && next - waiting > r->stream.acked[channel] ? next - waiting : r->stream.acked[channel];
}

void
run_ack(struct run *r, uint64_t now, bool idle)
{
	struct link *l = run_attached_link(r);
	uint32_t enough = link_pace_enough(&r->pace, now, idle);
	bool late = r->ack_at && now >= r->ack_at;
	uint64_t next = 0;
	unsigned char frame[64];

	for (unsigned c = 0; l && c < 2; c++) {
		uint64_t to = passed(r, c), due = to - r->stream.acked[c];
		uint64_t wait = due < LINK_PACE_SOME ? ACK_LATE_MS : ACK_SOME_MS;

		if (due && (due >= enough || late)) {
			link_put(l, frame, frame_put_ack((uint8_t)c, to, frame, sizeof frame));
			r->stream.acked[c] = to;
		} else if (due && (!next || now + wait < next)) {
			next = now + wait;
		}
	}
	if (late || !next || !r->ack_at || next < r->ack_at)
		r->ack_at = next;
}
