/* SPDX-License-Identifier: MIT */
#include "run_recall.h"

#include "clock.h"
#include "predict.h"
#include "recall.h"

void
run_recall_open(struct run *r)
{
	struct run_predict *pr = &r->predict;

	if (pr->may && r->stream.tells_modes && !pr->when.always) {
		if (!pr->log)
			pr->log = recall_new();
	} else {
		recall_free(pr->log);
		pr->log = NULL;
	}
	pr->when.noted = pr->log;
}

void
run_recall_begin(struct run *r, uint64_t now)
{
	struct run_predict *pr = &r->predict;

	if (!pr->log)
		return;
	recall_begin(pr->log, pr->size.rows, pr->size.cols, r->stream.input.end, now);
	pr->missed = 0;
}

bool
run_recall_knows(const struct run *r)
{
	return r->predict.log && recall_knows(r->predict.log);
}

void
run_recall_fed(struct run *r, const unsigned char *bytes, size_t len)
{
	struct recall *log = r->predict.log;

	if (!log || !len)
		return;
	if (r->stream.painting)
		recall_paint(log, bytes, len);
	else
		recall_fed(log, bytes, len, r->stream.next[0] - r->held.len, clock_now_ms());
}

bool
run_recall_keys(struct run *r, const unsigned char *bytes, size_t len, uint64_t offset, bool pasted)
{
	struct run_predict *pr = &r->predict;
	uint64_t now = clock_now_ms();

	if (!pr->log || !len)
		return false;
	recall_keys(pr->log, bytes, len, offset, now, pasted);
	/* In a flood the next rendering would not be the last. */
	pr->wanted = !recall_knows(pr->log) && recall_is_quiet(pr->log, now);
	return recall_knows(pr->log);
}

/* The model is told all that is noted. */
static bool
tell(struct run *r, uint64_t now)
{
	struct run_predict *pr = &r->predict;

	if (!run_recall_knows(r))
		return false;
	if (!pr->p)
		pr->p = predict_new();
	if (pr->p && recall_tell(pr->log, pr->p, now) == 0)
		return true;
	recall_forget(pr->log);
	return false;
}

void
run_recall_wake(struct run *r, uint64_t now)
{
	struct run_predict *pr = &r->predict;

	if (pr->ready || !tell(r, now))
		return;
	pr->ready = true;
	recall_forget(pr->log);
}

bool
run_recall_rest(struct run *r, uint64_t now)
{
	struct run_predict *pr = &r->predict;

	if (!pr->log)
		return false;
	if (pr->ready) {
		pr->ready = false;
		recall_go_on(pr->log, r->stream.input.end, !predict_outstanding(pr->p), now);
	}
	return true;
}

void
run_recall_tick(struct run *r, uint64_t now)
{
	const struct run_predict *pr = &r->predict;

	if (pr->log && !pr->ready && !r->stream.painting && recall_is_due(pr->log, now))
		tell(r, now);
}

uint64_t
run_recall_due(const struct run *r)
{
	return r->predict.log && !r->stream.painting ? recall_due(r->predict.log) : CLOCK_NEVER;
}
