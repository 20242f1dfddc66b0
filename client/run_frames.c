/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "run_parts.h"

#define TURN (256u << 10)     /* bytes of output taken in one turn, so that Ctrl-C is heard behind a flood */
#define ACK_SOME_MS 10u       /* from LINK_PACE_SOME bytes that have been passed on to their ACK, at the latest, */
#define ACK_LATE_MS 100u      /* and from less */
#define INPUT_PIECE 16384u
#define INPUT_QUEUED 32768u   /* more input does not wait in the link: LINK_OUT_BUSY */

static void
wrong(struct link *l, const char *what)
{
	l->wrong = true;
	link_fail(l, "the host does not keep to the protocol: %s", what);
}

static void
put(struct link *l, int n, const unsigned char *frame)
{
	link_put(l, frame, n);
}

/* The window may have changed while there was no link. */
static void
send_size(struct run *r, struct link *l, const struct frame_attached *m)
{
	unsigned char frame[64];
	struct frame_size size;

	local_size(&size);
	if (r->stream.kind != FRAME_TERMINAL || !size.rows || (size.rows == m->rows && size.cols == m->cols))
		return;
	put(l, frame_put_size(FRAME_SIZE, &size, frame, sizeof frame), frame);
}

void
run_repair(struct run *r)
{
	unsigned char frame[64];
	bool all = r->stream.unpainted;

	if (asking_dirty(r->asking))
		r->redraw = true;
	if (!r->terminal || !(r->redraw || all) || !r->link || r->link->phase != LINK_ATTACHED)
		return;
	put(r->link, frame_put_redraw(all ? FRAME_REDRAW_ALL : FRAME_REDRAW_SCREEN, frame, sizeof frame), frame);
	link_flush(r->link);
	r->redraw = false;
}

static void
first_attached(struct run *r, struct link *l)
{
	memcpy(r->stream.boot, l->hello.boot, sizeof r->stream.boot);
	r->terminal = r->stream.kind == FRAME_TERMINAL;
	if (r->terminal && r->input_terminal)
		local_raw();
	r->holding = r->terminal && local_is_raw();
	r->input_open = !r->o->no_stdin;
	if (!r->input_open)
		r->stream.input.ended = !r->terminal;
	asking_dirty(r->asking);
}

static void
attached(struct run *r, struct link *l, const struct frame *f)
{
	static struct frame_attached m;
	bool again = r->stream.attached;
	size_t lost;

	if (l != r->fresh || frame_get_attached(&m, f->body, f->len) != 0 ||
	    link_stream_attached(&r->stream, &m, &lost) != 0) {
		wrong(l, "ATTACHED");
		return;
	}
	run_promote(r);
	if (!again)
		first_attached(r, l);
	if (lost)
		run_say(r, "the host no longer knows what it had of %zu bytes typed; they are thrown away", lost);
	send_size(r, l, &m);
	r->redraw = r->redraw || lost;
	if (again)
		run_repair(r);
	run_pump(r);
	link_flush(l);
}

/* The connection is good for something: the next attempt need not wait for long. */
static void
progress(struct run *r)
{
	r->wrong = 0;
	backoff_success(&r->backoff);
}

static void
output(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_data d;

	if (frame_get_data(FRAME_OUTPUT, &d, f->body, f->len) != 0 || link_stream_output(&r->stream, &d) != 0) {
		wrong(l, "OUTPUT");
		return;
	}
	if (!d.len)
		return;
	progress(r);
	link_pace_came(&r->pace, d.len);
	run_write(r, d.channel, d.data, d.len);
}

static void
gap(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_gap g;
	uint64_t lost;

	if (frame_get_gap(&g, f->body, f->len) != 0 || link_stream_gap(&r->stream, &g, &lost) != 0)
		wrong(l, "GAP");
	else if (lost)
		run_say(r, "%" PRIu64 " bytes of output are gone: more than the host keeps", lost);
}

/* CAN ends a sequence that the terminal is in the middle of. */
static void
rendering(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_data d;
	bool broken;

	if (r->stream.kind != FRAME_TERMINAL || frame_get_data(FRAME_RENDERING, &d, f->body, f->len) != 0) {
		wrong(l, "RENDERING");
		return;
	}
	if (!r->stream.painting) {
		local_tail_drop(&r->tail, &broken);
		if (broken)
			local_sink_write(&r->out, "\030", 1);
	}
	link_stream_rendering(&r->stream, &d);
	run_write(r, 0, d.data, d.len);
}

static void
input_ack(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_input_ack m;

	if (frame_get_input_ack(&m, f->body, f->len) != 0 ||
	    link_input_ack(&r->stream.input, m.offset, m.window) != 0) {
		wrong(l, "INPUT_ACK");
		return;
	}
	progress(r);
	run_pump(r);
}

static void
text(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_text t;

	if (frame_get_text(f->type, &t, f->body, f->len) != 0) {
		wrong(l, "a text");
		return;
	}
	switch (f->type) {
	case FRAME_ERROR:
		run_error(r, l, &t);
		break;
	case FRAME_DETACHED:
		run_detached(r, &t);
		break;
	default:
		run_say(r, "%s", t.text);
		r->redraw = r->terminal;
	}
}

static void
exited(struct run *r, struct link *l, const struct frame *f)
{
	if (frame_get_exit(&r->stream.exit, f->body, f->len) != 0)
		wrong(l, "EXIT");
	else
		r->stream.ended = true;
}

static void
handle(struct run *r, struct link *l, const struct frame *f)
{
	/* From a connection that is being given up only what cannot be told twice is of no harm. */
	switch (f->type) {
	case FRAME_ATTACHED:
		attached(r, l, f);
		break;
	case FRAME_OUTPUT:
		output(r, l, f);
		break;
	case FRAME_INPUT_ACK:
		input_ack(r, l, f);
		break;
	case FRAME_GAP:
		gap(r, l, f);
		break;
	case FRAME_RENDERING:
		rendering(r, l, f);
		break;
	case FRAME_EXIT:
		exited(r, l, f);
		break;
	case FRAME_ERROR:
	case FRAME_DETACHED:
	case FRAME_NOTICE:
		text(r, l, f);
		break;
	default: /* SIZE_IS: another terminal is smaller; ours shows what fits */
		break;
	}
}

static bool
stalled(const struct run *r)
{
	return local_sink_waiting(&r->out) >= SINK_FULL || local_sink_waiting(&r->err) >= SINK_FULL;
}

void
run_read(struct run *r, struct link *l)
{
	struct frame f;
	size_t taken = 0;

	l->paused = stalled(r);
	while (!l->paused && taken < TURN && !r->done && !r->stream.ended && l->phase != LINK_DEAD &&
	       link_next(l, &f) > 0) {
		handle(r, l, &f);
		taken += f.len;
		l->paused = stalled(r);
	}
	r->more = r->more || taken >= TURN;
	local_sink_push(&r->out);
	local_sink_push(&r->err);
}

/* Passed on, and not only received: what waits in front of a terminal that takes nothing doesn't count. */
static uint64_t
passed(const struct run *r, unsigned channel)
{
	uint64_t waiting = channel ? local_sink_waiting(&r->err) : local_sink_waiting(&r->out) + r->tail.len;
	uint64_t next = r->stream.next[channel];

	return next > waiting && next - waiting > r->stream.acked[channel] ? next - waiting : r->stream.acked[channel];
}

void
run_ack(struct run *r, uint64_t now, bool idle)
{
	uint32_t enough = link_pace_enough(&r->pace, now, idle);
	bool late = r->ack_at && now >= r->ack_at;
	uint64_t next = 0;
	unsigned char frame[64];

	for (unsigned c = 0; c < 2 && r->link && r->link->phase == LINK_ATTACHED; c++) {
		uint64_t to = passed(r, c), due = to - r->stream.acked[c];
		uint64_t wait = due < LINK_PACE_SOME ? ACK_LATE_MS : ACK_SOME_MS;

		if (due && (due >= enough || late)) {
			put(r->link, frame_put_ack((uint8_t)c, to, frame, sizeof frame), frame);
			r->stream.acked[c] = to;
		} else if (due && (!next || now + wait < next)) {
			next = now + wait;
		}
	}
	if (late || !next || !r->ack_at || next < r->ack_at)
		r->ack_at = next;
}

void
run_pump(struct run *r)
{
	struct link_input *in = &r->stream.input;
	unsigned char frame[64];
	const unsigned char *p;
	size_t n;

	if (!r->link || r->link->phase != LINK_ATTACHED)
		return;
	while (link_queued(r->link) < INPUT_QUEUED && (n = link_input_next(in, &p, INPUT_PIECE)) > 0) {
		link_put_data(r->link, in->sent, p, n);
		link_input_sent(in, n);
	}
	if (link_input_end_due(in)) {
		put(r->link, frame_put_u64(FRAME_INPUT_END, in->end, frame, sizeof frame), frame);
		in->end_sent = true;
	}
}
