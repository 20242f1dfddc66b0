/* SPDX-License-Identifier: MIT */
#include "framed_window.h"

#define SECOND 1000000u
#define SLACK 30000u           /* added to the round trip: what a terminal may take a while to show */
#define PROBE_MIN 4096u        /* less than that a client does not acknowledge at once */
#define STALE (10u * SECOND)   /* a shortest round trip that is older may be another line's */

void
framed_window_init(struct framed_window *w, uint64_t max)
{
	*w = (struct framed_window){ .size = FRAMED_WINDOW_FIRST };
	w->max = max > FRAMED_WINDOW_MAX ? FRAMED_WINDOW_MAX : max < FRAMED_WINDOW_MIN ? FRAMED_WINDOW_MIN : (uint32_t)max;
	if (w->size > w->max)
		w->size = w->max;
}

size_t
framed_window_room(const struct framed_window *w)
{
	uint64_t on_the_way = w->sent - w->acked;

	return on_the_way < w->size ? (size_t)(w->size - on_the_way) : 0;
}

void
framed_window_sent(struct framed_window *w, size_t n, uint64_t now)
{
	/* After a silence there is nothing before it to measure by: all until the first answer is no news. */
	if (w->sent == w->acked) {
		w->acked_at = now;
		w->idle_until = w->sent + n;
	}
	w->sent += n;
	if (w->count == FRAMED_WINDOW_MARKS)
		return;
	w->mark[(w->first + w->count++) % FRAMED_WINDOW_MARKS] = (struct framed_mark){
		.end = w->sent, .at = now, .acked = w->acked, .acked_at = w->acked_at, .idle = w->idle_until > w->acked,
	};
}

void
framed_window_idle(struct framed_window *w)
{
	w->idle_until = w->sent;
}

static void
note_rate(struct framed_window *w, uint64_t rate, bool idle, uint64_t now)
{
	/* What was slow for want of bytes to send is no news. */
	if (!idle && now - w->rate_since >= SECOND) {
		w->rate[1] = w->rate[0];
		w->rate[0] = 0;
		w->rate_since = now;
	}
	if (rate > w->rate[0] && (!idle || rate > w->rate[1]))
		w->rate[0] = rate;
}

static void
note_round_trip(struct framed_window *w, const struct framed_mark *m, uint64_t now)
{
	uint64_t rtt = now > m->at ? now - m->at : 1;
	bool probed = w->probing && w->probe_from && m->end > w->probe_from;

	if (!w->rtt || rtt <= w->rtt || probed || (m->idle && now - w->rtt_at > STALE)) {
		w->rtt = rtt;
		w->rtt_at = now;
		w->probing = w->probing && !probed;
	} else if (!w->probing && now - w->rtt_at > STALE) {
		w->probing = true;
		w->probe_from = 0;
	}
}

static void
resize(struct framed_window *w)
{
	uint64_t rate = w->rate[0] > w->rate[1] ? w->rate[0] : w->rate[1];
	uint64_t rtt = w->rtt < SECOND ? w->rtt : SECOND, size;

	if (!rate || !w->rtt)
		return;
	rate = rate < UINT64_C(1) << 40 ? rate : UINT64_C(1) << 40;
	size = rate / 4 * 5 / 1000 * ((rtt + SLACK) / 1000);
	size = size < FRAMED_WINDOW_MIN ? FRAMED_WINDOW_MIN : size > w->max ? w->max : size;
	if (w->probing) {
		size = size / 4 < PROBE_MIN ? PROBE_MIN : size / 4;
		if (!w->probe_from && w->sent - w->acked <= size)
			w->probe_from = w->sent;
	}
	w->size = (uint32_t)size;
}

void
framed_window_acked(struct framed_window *w, uint64_t n, uint64_t now)
{
	struct framed_mark last = { .end = 0 };

	/* What was on the way when all of it was forgotten no longer counts. */
	if (n > w->sent - w->acked)
		n = w->sent - w->acked;
	if (!n)
		return;
	w->acked += n;
	w->acked_at = now;
	while (w->count && w->mark[w->first].end <= w->acked) {
		last = w->mark[w->first];
		w->first = (w->first + 1) % FRAMED_WINDOW_MARKS;
		w->count--;
	}
	if (!last.end)
		return;
	note_rate(w, (w->acked - last.acked) * SECOND / (now > last.acked_at ? now - last.acked_at : 1), last.idle,
	          now);
	note_round_trip(w, &last, now);
	resize(w);
}

void
framed_window_forget(struct framed_window *w)
{
	w->acked = w->sent;
	w->count = 0;
}
