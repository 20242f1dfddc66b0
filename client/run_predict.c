/* SPDX-License-Identifier: MIT */
#include "run_predict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "local.h"
#include "predict.h"
#include "recall.h"
#include "run_recall.h"

#define PASTE_LEAST 100u /* so many bytes at once are not typed */

/* Bytes for the terminal that are not the host's. */
static void
put_own(void *run, const void *bytes, size_t len)
{
	struct run *r = run;

	local_sink_own(&r->out, bytes, len);
}

static struct when_line
line_of(const struct run *r)
{
	return (struct when_line){ .rtt = r->rtt.smoothed, .owed = r->rtt.sent, .away = r->away != 0 };
}

/* Whether the session has the terminal's size: with another one they wrap and scroll in other places. */
static bool
fits(const struct run *r)
{
	struct frame_size here;

	local_size(&here);
	return here.rows && here.rows == r->predict.size.rows && here.cols == r->predict.size.cols;
}

/* Whether this terminal is one to draw on, and the session one to type into. */
static bool
is_able(const struct run *r)
{
	const char *term = getenv("TERM");

	return !r->hop && r->o->predict != PREDICT_NEVER && !r->o->read_only && r->terminal && r->input_terminal &&
	       local_is_raw() && isatty(1) && local_utf8() && term && *term && strcmp(term, "dumb") != 0;
}

void
run_predict_hide(struct run *r)
{
	if (r->predict.ready)
		predict_hide(r->predict.p, put_own, r);
}

/* The model goes, and so does the rendering that it may have got in part. */
static void
drop(struct run *r)
{
	struct run_predict *pr = &r->predict;

	run_predict_hide(r);
	if (pr->p)
		predict_end(pr->p);
	if (pr->log)
		recall_forget(pr->log);
	pr->ready = false;
	pr->stale = pr->asked;
}

static void
watch(struct run *r, struct link *l, enum frame_watch what, uint64_t now)
{
	unsigned char frame[16];

	link_put(l, frame, frame_put_watch(what, frame, sizeof frame));
	link_flush(l);
	r->predict.watching = what;
	r->predict.watched = what ? now : 0;
}

/* A model that has got nothing, of the session's size. */
static bool
begin_blank(struct run *r)
{
	struct run_predict *pr = &r->predict;

	if (!pr->p)
		pr->p = predict_new();
	if (pr->p && pr->log)
		recall_tell_tty(pr->log, pr->p);
	else if (pr->p && pr->heard)
		predict_tty(pr->p, &pr->tty);
	return pr->p && predict_begin(pr->p, pr->size.rows, pr->size.cols) == 0;
}

/* Has the host say what the screen is, for the model alone, unless that is on its way. */
static void
ask(struct run *r, struct link *l)
{
	struct run_predict *pr = &r->predict;
	unsigned char frame[16];

	if (pr->ready || pr->asked || pr->lossy || r->redraw || r->redraw_asked || r->stream.unpainted || r->stream.ended ||
	    !fits(r))
		return;
	if (!begin_blank(r))
		return;
	link_put(l, frame, frame_put_redraw(FRAME_REDRAW_SCREEN, frame, sizeof frame));
	link_flush(l);
	pr->asked = true;
	pr->stale = false;
}

/* A rendering for the terminal comes, or its first output: a model begins with it, or the log of one. */
static void
begin(struct run *r, bool model)
{
	struct run_predict *pr = &r->predict;

	if (!fits(r))
		return;
	if (model)
		pr->ready = begin_blank(r);
	else
		run_recall_begin(r, clock_now_ms());
}

void
run_predict_attached(struct run *r, const struct link *l, const struct frame_attached *m, bool again)
{
	struct run_predict *pr = &r->predict;
	bool slow = l->greeted - l->opened >= WHEN_SHOWN_MS, follow;

	link_rtt_cut(&r->rtt);
	pr->asked = pr->stale = pr->lossy = pr->wanted = false;
	pr->watching = FRAME_WATCH_NOT;
	pr->watched = 0;
	pr->size = (struct frame_size){ .rows = m->rows, .cols = m->cols };
	if (!again) {
		pr->may = is_able(r);
		pr->when = (struct when){ .always = r->o->predict == PREDICT_ALWAYS };
	}
	run_recall_open(r);
	if (pr->painting || !r->stream.tells || !fits(r))
		drop(r);
	pr->painting = false;
	if (!pr->may || !r->stream.tells)
		return;
	follow = slow || !pr->log || pr->ready || when_follows(&pr->when, clock_now_ms());
	/* The answer also shows how slow the line is. */
	watch(r, r->link, follow ? FRAME_WATCH_ALL : FRAME_WATCH_MODES, clock_now_ms());
	if (!again && m->is_new && (pr->log || slow || pr->when.always))
		begin(r, follow);
}

void
run_predict_over(struct run *r)
{
	drop(r);
	predict_free(r->predict.p);
	recall_free(r->predict.log);
	r->predict = (struct run_predict){ .may = false };
	r->rtt = (struct link_rtt){ .smoothed = 0 };
}

void
run_predict_before(struct run *r, const unsigned char *bytes, size_t len)
{
	if (r->predict.ready && len && !r->stream.painting)
		predict_before(r->predict.p, bytes, len, put_own, r);
}

void
run_predict_fed(struct run *r, const unsigned char *bytes, size_t len)
{
	struct run_predict *pr = &r->predict;

	if (!pr->ready)
		run_recall_fed(r, bytes, len);
	if (!pr->ready || !len)
		return;
	if (r->stream.painting)
		predict_paint(pr->p, bytes, len);
	else
		predict_fed(pr->p, bytes, len, r->stream.next[0] - r->held.len, clock_now_ms());
}

/* The model is whole, as of OFFSET of the output. */
static void
painted(struct run *r, uint64_t offset)
{
	struct run_predict *pr = &r->predict;

	/* What asks for a password may have been typed without the model, and the password with it. */
	if (pr->missed > pr->taken.input)
		predict_missed(pr->p, pr->missed);
	predict_painted(pr->p, offset - r->held.len, clock_now_ms());
	if (pr->taken.input)
		predict_taken(pr->p, &pr->taken);
	pr->taken.input = pr->missed = 0;
}

bool
run_predict_swallows(struct run *r, const struct frame_data *d)
{
	struct run_predict *pr = &r->predict;
	bool last = d->channel & FRAME_LAST;

	if (!pr->asked || (!pr->painting && (r->redraw_asked || r->stream.unpainted)))
		return false;
	/* The terminal was slow, and this one stands for output that it has not got. */
	if (d->offset != r->stream.next[0]) {
		pr->asked = pr->painting = pr->stale = false;
		return false;
	}
	pr->painting = !last;
	if (!pr->stale)
		predict_paint(pr->p, d->data, d->len);
	if (!last)
		return true;
	pr->asked = false;
	/* The terminal still has what the rendering lacks. */
	pr->lossy = d->channel & FRAME_LOSSY;
	pr->ready = !pr->stale && !pr->lossy;
	if (pr->ready) {
		predict_apart(pr->p);
		painted(r, d->offset);
	}
	return true;
}

void
run_predict_repaint(struct run *r)
{
	struct run_predict *pr = &r->predict;

	if (r->stream.painting)
		return;
	/* It is as good as the one that was asked for, and comes in its place. */
	pr->asked = pr->stale = false;
	run_predict_hide(r);
	if (!pr->ready && pr->watching)
		begin(r, pr->watching == FRAME_WATCH_ALL);
}

void
run_predict_repainted(struct run *r)
{
	if (r->stream.painting)
		return;
	r->predict.unclean = false;
	if (r->predict.ready)
		painted(r, r->stream.next[0]);
	else if (r->predict.log)
		recall_painted(r->predict.log, r->stream.next[0] - r->held.len, clock_now_ms());
}

void
run_predict_lost(struct run *r)
{
	drop(r);
	/* The rendering that comes next is the terminal's. */
	r->predict.asked = r->predict.painting = r->predict.stale = false;
}

/* The host's first word over a connection comes at once, so it says how slow the line is. */
static int
take_tty(struct run *r, const struct frame *f)
{
	struct run_predict *pr = &r->predict;
	if (frame_get_tty(&pr->tty, f->body, f->len) != 0)
		return -EBADMSG;
	pr->heard = true;
	if (pr->watched)
		link_rtt_sample(&r->rtt, clock_now_ms() - pr->watched);
	pr->watched = 0;
	if (pr->log)
		recall_tty(pr->log, &pr->tty, clock_now_ms());
	if (pr->p && !run_recall_knows(r))
		predict_tty(pr->p, &pr->tty);
	return 0;
}

static int
take_size(struct run *r, const struct frame *f)
{
	struct frame_size m;

	if (frame_get_size(FRAME_SIZE_IS, &m, f->body, f->len) != 0)
		return -EBADMSG;
	if (m.rows == r->predict.size.rows && m.cols == r->predict.size.cols)
		return 0;
	r->predict.size = m;
	drop(r);
	return 0;
}

int
run_predict_told(struct run *r, const struct frame *f)
{
	struct frame_taken taken;

	if (!r->predict.may)
		return 0;
	if (f->type == FRAME_TTY)
		return take_tty(r, f);
	if (f->type == FRAME_SIZE_IS)
		return take_size(r, f);
	if (frame_get_taken(&taken, f->body, f->len) != 0)
		return -EBADMSG;
	if (r->predict.ready)
		predict_taken(r->predict.p, &taken);
	else if (run_recall_knows(r))
		recall_taken(r->predict.log, &taken);
	else
		r->predict.taken = taken;
	return 0;
}

void
run_predict_keys(struct run *r, const unsigned char *bytes, size_t len, uint64_t offset)
{
	const bool pasted = r->paste.open || len >= PASTE_LEAST;
	struct run_predict *pr = &r->predict;

	if (!pr->ready && !run_recall_keys(r, bytes, len, offset, pasted))
		pr->missed = offset + len;
	if (!pr->ready || !len)
		return;
	predict_keys(pr->p, bytes, len, offset, clock_now_ms(), pasted);
	/* Lines of our own have been read. */
	r->redraw = r->redraw || pr->unclean;
}

void
run_predict_reset(struct run *r)
{
	if (r->predict.ready)
		predict_reset(r->predict.p);
	else if (r->predict.log)
		recall_reset(r->predict.log);
}

void
run_predict_resized(struct run *r)
{
	struct run_predict *pr = &r->predict;
	struct frame_size here;

	if (!pr->may)
		return;
	local_size(&here);
	if (pr->ready && predict_drawn(pr->p) && here.cols < pr->size.cols) {
		/* The terminal may have wrapped what is drawn, and it can't be found there any more. */
		predict_forget(pr->p);
		r->redraw = pr->unclean = true;
	}
	drop(r);
}

void
run_predict_unclean(struct run *r)
{
	run_predict_hide(r);
	r->predict.unclean = r->predict.may && r->stream.tells;
}

void
run_predict_show(struct run *r, uint64_t now)
{
	struct run_predict *pr = &r->predict;
	struct when_line line = line_of(r);

	/* A terminal that takes nothing just now is shown what is so then. */
	if (!pr->ready || r->stream.painting || r->out.full || local_holdback_inside(&r->held))
		return;
	if (pr->unclean || r->asking->dirty || r->done || r->stream.ended || run_child_asks(r) ||
	    !(when_shows(&pr->when, &line, now) || (predict_drawn(pr->p) && predict_outstanding(pr->p))))
		predict_hide(pr->p, put_own, r);
	else
		predict_show(pr->p, when_underlines(&pr->when, &line, now), put_own, r);
}

/* Nothing is shown early on this line, or not any more. */
static void
stop(struct run *r, struct link *l, uint64_t now)
{
	struct run_predict *pr = &r->predict;
	enum frame_watch what = pr->log ? FRAME_WATCH_MODES : FRAME_WATCH_NOT;

	if (pr->watched || r->stream.painting)
		return;
	/* What the host is to say of keys on their way only comes while it tells all. */
	if (pr->ready && pr->watching == FRAME_WATCH_ALL && predict_outstanding(pr->p))
		return;
	run_predict_hide(r);
	if (!run_recall_rest(r, now) && (pr->ready || (!pr->log && pr->watching)))
		drop(r);
	if (l && pr->watching != what)
		watch(r, l, what, now);
	if (l && pr->wanted)
		ask(r, l);
	pr->wanted = false;
}

void
run_predict_tick(struct run *r, uint64_t now)
{
	struct run_predict *pr = &r->predict;
	struct link *l = run_attached_link(r);
	struct when_line line = line_of(r);

	if (!pr->may || r->done)
		return;
	when_look(&pr->when, &line, now);
	if (when_follows(&pr->when, now) || (line.away && pr->log)) {
		if (l && r->stream.tells && pr->watching != FRAME_WATCH_ALL)
			watch(r, l, FRAME_WATCH_ALL, now);
		run_recall_wake(r, now);
		if (l && r->stream.tells)
			ask(r, l);
	} else {
		stop(r, l, now);
		run_recall_tick(r, now);
	}
	run_predict_show(r, now);
	local_sink_push(&r->out);
}

uint64_t
run_predict_due(const struct run *r, uint64_t now)
{
	struct when_line line = line_of(r);
	uint64_t due;

	if (!r->predict.may || !r->stream.tells || r->stream.ended)
		return CLOCK_NEVER;
	due = when_due(&r->predict.when, &line, now);
	clock_sooner(&due, run_recall_due(r));
	return due;
}

void
run_predict_acked(struct run *r, uint64_t offset, uint64_t now)
{
	if (r->predict.log)
		recall_acked(r->predict.log, offset, now);
}

unsigned
run_predict_free_row(const struct run *r, unsigned rows)
{
	return r->predict.ready && predict_is_low(r->predict.p) ? 1 : rows;
}
