/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "exit_status.h"
#include "local.h"
#include "remembered.h"
#include "run_ahead.h"
#include "run_away.h"
#include "run_close.h"
#include "run_end.h"
#include "run_fallback.h"
#include "run_frames.h"
#include "run_hop.h"
#include "run_output.h"
#include "run_predict.h"
#include "run_redirect.h"
#include "run_send.h"

#define TURN (256u << 10) /* bytes of output taken in one turn, so that Ctrl-C is heard behind a flood */

static void
wrong(struct link *l, const char *what)
{
	l->wrong = true;
	link_fail(l, "protocol error from host: %s", what);
}

static void
first_attached(struct run *r, struct link *l)
{
	memcpy(r->stream.boot, l->hello.boot, sizeof r->stream.boot);
	r->terminal = r->stream.kind == FRAME_TERMINAL;
	if (r->terminal && r->input_terminal)
		local_raw();
	r->holding = r->terminal && local_is_raw();
	r->input_open = !r->o->no_stdin && !r->stream.input.ended;
	if (!r->input_open)
		r->stream.input.ended = !r->terminal;
	asking_dirty(r->asking);
	run_ahead_remember(r);
}

/* For completions of shells: a session's name, or its id.  Commands come and go. */
static void
remember(const struct run *r, bool yes)
{
	if (r->terminal && r->stream.kind == FRAME_TERMINAL && !r->hop)
		remembered_session(target_name(r->target), r->seen_as, yes);
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
	r->out_told = false;
	if (!again) {
		first_attached(r, l);
		snprintf(r->seen_as, sizeof r->seen_as, m.name[0] ? "%s" : "%.0s%u", m.name, m.id);
		remember(r, true);
		run_hop_attached(r);
		run_redirect_attached(r, m.is_new);
	}
	if (lost)
		run_say(r, "the host no longer knows which of %zu typed bytes it received: they are discarded", lost);
	run_predict_attached(r, l, &m, again);
	link_answered(l, LINK_ANSWER_NONE, r->rtt.smoothed - r->rtt.smoothed / 4);
	if (lost)
		run_predict_reset(r);
	run_send_size(r, &(struct frame_size){ .rows = m.rows, .cols = m.cols });
	r->redraw = r->redraw || r->redraw_asked || r->askew || lost;
	r->askew = false;
	if (again)
		run_repair(r);
	run_pump(r);
	link_flush(l);
}

/* Bytes come through: the next attempt need not wait for long. */
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

	if (frame_get_gap(&g, f->body, f->len) != 0 || link_stream_gap(&r->stream, &g, &lost) != 0) {
		wrong(l, "GAP");
		return;
	}
	run_predict_lost(r);
	if (lost)
		run_say(r, "%" PRIu64 " bytes of output are lost: the host could not keep more", lost);
}

static void
rendering(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_data d;

	if (r->stream.kind != FRAME_TERMINAL || frame_get_data(FRAME_RENDERING, &d, f->body, f->len) != 0) {
		wrong(l, "RENDERING");
		return;
	}
	if (run_predict_swallows(r, &d)) {
		/* A host that was asked for another one while this one was on its way has passed over that. */
		if ((d.channel & FRAME_LAST) && r->redraw_asked) {
			r->redraw = true;
			run_repair(r);
		}
		return;
	}
	if (!r->stream.painting)
		run_break_off(r);
	run_predict_repaint(r);
	r->redraw_asked = false;
	r->stream.painting = true;
	run_write(r, 0, d.data, d.len);
	link_stream_rendering(&r->stream, &d);
	run_predict_repainted(r);
}

/* With another size than ours, of another terminal, ours shows what fits, and all once the size is ours again. */
static void
size_is(struct run *r, struct link *l, const struct frame *f)
{
	struct frame_size m, own;
	bool differs;

	if (frame_get_size(FRAME_SIZE_IS, &m, f->body, f->len) != 0 || run_predict_told(r, f) != 0) {
		wrong(l, "SIZE_IS");
		return;
	}
	local_size(&own);
	differs = m.rows != own.rows || m.cols != own.cols;
	if (r->askew && !differs) {
		r->redraw = true;
		run_repair(r);
	}
	r->askew = differs;
}

static void
input_ack(struct run *r, struct link *l, const struct frame *f)
{
	const struct link_input *in = &r->stream.input;
	enum link_answer what = LINK_ANSWER_ALL;
	uint64_t before = in->base;
	uint64_t now = clock_now_ms();
	struct frame_input_ack m;

	if (frame_get_input_ack(&m, f->body, f->len) != 0 ||
	    link_input_ack(&r->stream.input, m.offset, m.window) != 0) {
		wrong(l, "INPUT_ACK");
		return;
	}
	link_rtt_acked(&r->rtt, m.offset, now);
	run_predict_acked(r, m.offset, now);
	if (m.offset < in->sent)
		what = m.offset > before ? LINK_ANSWER_PART : LINK_ANSWER_NONE;
	link_answered(l, what, r->rtt.smoothed - r->rtt.smoothed / 4);
	progress(r);
	run_pump(r);
}

/* ERROR, while coming back: the session has ended.  The host may know how: "session 3 was ended by ...". */
static void
session_gone(struct run *r, struct link *l, const char *text)
{
	const char *host = target_name(r->target);

	if (memcmp(l->hello.boot, r->stream.boot, sizeof r->stream.boot) != 0)
		run_end(r, STATUS_FAILED, "%s was rebooted: session %u is gone", host, r->stream.session);
	else if (strncmp(text, "session ", 8) == 0)
		run_end(r, STATUS_FAILED, "%s: %s", host, text);
	else
		run_end(r, STATUS_FAILED, "session %u on %s has ended", r->stream.session, host);
	/* At a terminal there is a person who can be asked. */
	r->offer_new = r->input_terminal && r->terminal && !r->o->command && !r->hop;
}

/* ERROR, before there was a session. */
static void
error_first(struct run *r, const struct frame_text *t)
{
	const char *host = target_name(r->target), *said = *t->text ? t->text : "refused by the host";
	if (t->code == FRAME_E_NO_SESSION && *r->want)
		run_end(r, STATUS_FAILED, "%s: no session %s", host, r->want);
	else
		run_refused(r, said);
}

/*
 * Another attachment has taken the session over.  Who has joined others did not have the session alone, and joins
 * again, beside the new one.
 */
static void
taken_over(struct run *r)
{
	if (!r->o->join && !r->o->read_only) {
		run_leave(r, r->terminal ? 0 : STATUS_FAILED, "taken over by another login");
		return;
	}
	snprintf(r->want, sizeof r->want, "%u", r->stream.session);
	r->mode = FRAME_JOIN;
	r->again = r->done = true;
}

/* ERROR BUSY, while coming back: what DETACHED would have told, had it come through. */
static void
put_out(struct run *r, const char *text)
{
	if (r->hop)
		run_hop_detached(r, strstr(text, "taken") ? FRAME_D_TAKEN : FRAME_D_ASKED, text);
	else if (strstr(text, "taken"))
		taken_over(r);
	else
		run_leave(r, r->terminal ? 0 : STATUS_FAILED, *text ? text : "detached");
}

static void
error(struct run *r, struct link *l, const struct frame_text *t)
{
	r->error_code = t->code;
	if (r->closing) {
		run_closed(r);
		return;
	}
	/* The first node has another answer, perhaps. */
	if (r->go.parked) {
		link_fail(l, "%s", t->text);
		return;
	}
	if (!r->stream.attached) {
		error_first(r, t);
		return;
	}
	if (t->code == FRAME_E_NO_SESSION) {
		session_gone(r, l, t->text);
		return;
	}
	if (t->code == FRAME_E_BUSY) {
		put_out(r, t->text);
		return;
	}
	l->refused = t->code == FRAME_E_REFUSED || t->code == FRAME_E_DISABLED || t->code == FRAME_E_UNSUPPORTED;
	l->wrong = t->code == FRAME_E_PROTOCOL;
	link_fail(l, "%s", *t->text ? t->text : "refused by the host");
}

static void
detached(struct run *r, const struct frame_text *t)
{
	int status = r->terminal ? 0 : STATUS_FAILED;

	if (r->closing) {
		run_closed(r);
		return;
	}
	if (r->hop && t->code != FRAME_D_STALLED) {
		run_hop_detached(r, t->code, t->text);
		return;
	}
	switch (t->code) {
	case FRAME_D_SWITCH:
		if (strlen(t->text) >= sizeof r->want) {
			run_leave(r, STATUS_FAILED, "protocol error from host: a session name that is too long");
			break;
		}
		memcpy(r->want, t->text, strlen(t->text) + 1);
		r->mode = FRAME_TAKE;
		r->flags |= FRAME_MUST_EXIST;
		r->again = r->done = true;
		break;
	case FRAME_D_TAKEN:
		taken_over(r);
		break;
	case FRAME_D_STALLED:
		if (r->link)
			link_fail(r->link, "detached: output was not being read");
		break;
	default:
		run_leave(r, status, *t->text ? t->text : "detached");
	}
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
		error(r, l, &t);
		break;
	case FRAME_DETACHED:
		detached(r, &t);
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
	if (r->stream.ended)
		remember(r, false);
}

static void
handle(struct run *r, struct link *l, const struct frame *f)
{
	/* L may be a link that is about to be replaced: offsets make a frame that comes twice harmless. */
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
	case FRAME_SIZE_IS:
		size_is(r, l, f);
		break;
	case FRAME_REDIRECT:
		run_redirect_told(r, l, f);
		break;
	case FRAME_LINE_ASK:
		if (f->len)
			wrong(l, "LINE_ASK");
		else
			run_hop_asked(r);
		break;
	default: /* TTY, TAKEN. */
		if (run_predict_told(r, f) != 0)
			wrong(l, "what it tells of its terminal");
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
	run_predict_show(r, clock_now_ms());
	local_sink_push(&r->out);
	local_sink_push(&r->err);
}
