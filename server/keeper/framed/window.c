/* SPDX-License-Identifier: MIT */
#include "window.h"

#define SECOND 1000000u
#define SLACK 30000u           /* added to the round trip: a terminal may take a while to show output */
#define PROBE_MIN 4096u        /* less than that a client does not acknowledge at once */
#define GROWTH 3               /* bytes more for each one that is acknowledged */
#define LATE_ACKS 3            /* in a row, or one that is very late: bytes wait on the way */
#define FLAT_ROUNDS 3
#define BURST_SLACK 8000u      /* a client may acknowledge once for what has come in this time */
#define STALE (10u * SECOND)   /* an older shortest round trip, or one before a longer silence, may be another line's */

void
window_init(struct window *w, uint64_t max)
{
	*w = (struct window){ .starting = true };
	w->max = max > WINDOW_MAX ? WINDOW_MAX : max < WINDOW_MIN ? WINDOW_MIN : (uint32_t)max;
	window_set_initial(w, false);
	w->size = w->initial;
}

void
window_set_initial(struct window *w, bool bulk)
{
	w->initial = bulk && w->max >= WINDOW_FIRST_BULK ? WINDOW_FIRST_BULK : WINDOW_FIRST < w->max ? WINDOW_FIRST : w->max;
}

void
window_begin_bulk(struct window *w)
{
	window_set_initial(w, true);
	w->size = w->initial;
}

size_t
window_room(const struct window *w)
{
	uint64_t on_the_way = w->sent - w->acked;

	return on_the_way < w->size ? (size_t)(w->size - on_the_way) : 0;
}

/* What was known of the line is of long ago.  TCP begins anew then as well (RFC 5681, 4.1). */
static void
begin_anew(struct window *w, uint64_t now)
{
	*w = (struct window){
		.sent = w->sent, .acked = w->acked, .size = w->size < w->initial ? w->size : w->initial, .max = w->max,
		.initial = w->initial, .rtt = w->rtt, .rtt_at = w->rtt_at, .burst_from = w->acked, .burst_at = now,
		.starting = true,
	};
}

void
window_sent(struct window *w, size_t n, uint64_t now)
{
	/* After a silence nothing is there to measure by: the time until the first answer does not count. */
	if (w->sent == w->acked) {
		if (now - w->acked_at > STALE)
			begin_anew(w, now);
		w->acked_at = now;
		w->idle_until = w->sent + n;
	}
	w->sent += n;
	if (w->count == WINDOW_MARKS)
		return;
	w->mark[(w->first + w->count++) % WINDOW_MARKS] = (struct window_mark){
		.end = w->sent, .at = now, .acked = w->acked, .acked_at = w->acked_at, .idle = w->idle_until > w->acked,
	};
}

void
window_idle(struct window *w)
{
	if (window_room(w) > w->size / 2)
		w->idle_until = w->sent;
}

/*
 * Bytes a second that were acknowledged since M was sent.  What comes back within less than SLACK may have been
 * swallowed by a buffer on the way (a relay's, sshd's), so it counts as if it had taken as long: a window that is full
 * all the time still grows by a quarter a time.
 */
static uint64_t
rate_since(const struct window *w, const struct window_mark *m, uint64_t now)
{
	uint64_t span = now > m->acked_at ? now - m->acked_at : 1;

	return (w->acked - m->acked) * SECOND / (span > SLACK ? span : SLACK);
}

static void
note_rate(struct window *w, uint64_t rate, bool idle, uint64_t now)
{
	/* A rate that was low because there was nothing to send says nothing about the line. */
	if (!idle && now - w->rate_since >= SECOND) {
		w->rate[1] = w->rate[0];
		w->rate[0] = 0;
		w->rate_since = now;
	}
	if (rate > w->rate[0] && (!idle || rate > w->rate[1]))
		w->rate[0] = rate;
}

static void
note_round_trip(struct window *w, const struct window_mark *m, uint64_t now)
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

/* What a line carries in a round trip and 30 ms, at RATE bytes a second. */
static uint64_t
carried(const struct window *w, uint64_t rate)
{
	uint64_t rtt = w->rtt < SECOND ? w->rtt : SECOND;

	rate = rate < UINT64_C(1) << 40 ? rate : UINT64_C(1) << 40;
	return rate / 1000 * ((rtt + SLACK) / 1000);
}

static void
resize(struct window *w)
{
	uint64_t rate = w->rate[0] > w->rate[1] ? w->rate[0] : w->rate[1];
	uint64_t size;

	if (!rate || !w->rtt)
		return;
	size = carried(w, rate) / 4 * 5;
	size = size < WINDOW_MIN ? WINDOW_MIN : size > w->max ? w->max : size;
	if (w->probing) {
		size = size / 4 < PROBE_MIN ? PROBE_MIN : size / 4;
		if (!w->probe_from && w->sent - w->acked <= size)
			w->probe_from = w->sent;
	}
	w->size = (uint32_t)size;
}

/* A round trip is over: whether it has moved more than those before.  What was idle says nothing. */
static void
end_round(struct window *w, bool full)
{
	uint64_t rate = w->rate[0] > w->rate[1] ? w->rate[0] : w->rate[1];

	if (w->acked < w->round_end)
		return;
	w->round_end = w->sent;
	w->burst_from = w->acked;
	w->burst_at = w->acked_at;
	if (rate > w->round_rate + w->round_rate / 4) {
		w->round_rate = rate;
		w->flat = 0;
	} else if (full && ++w->flat >= FLAT_ROUNDS) {
		w->starting = false;
	}
}

/*
 * The window has been full.  Bytes that have come close behind one another show what a long line carries at least; a
 * short one need not leap, and a buffer on the way may have swallowed them.
 */
static void
leap(struct window *w, uint64_t now)
{
	uint64_t n = w->acked - w->burst_from, size;

	if (n < WINDOW_FIRST / 2 || w->rtt < SLACK)
		return;
	size = carried(w, n * SECOND / (now - w->burst_at + BURST_SLACK));
	if (size > w->size)
		w->size = size < w->max ? (uint32_t)size : w->max;
}

/* N bytes more have been acknowledged, up to M (M->END 0: to no mark); FULL: the window had no room for others. */
static void
grow(struct window *w, uint64_t n, const struct window_mark *m, bool full, uint64_t now)
{
	uint64_t rtt = now > m->at ? now - m->at : 1, size = w->size + (full ? GROWTH * n : 0);

	if (m->end && rtt > 2 * (w->rtt + SLACK))
		w->late = LATE_ACKS;
	else if (m->end)
		w->late = rtt > w->rtt + w->rtt / 4 + SLACK ? w->late + 1 : 0;
	if (w->late >= LATE_ACKS)
		w->starting = false;
	else
		w->size = size < w->max ? (uint32_t)size : w->max;
	if (full && w->starting)
		leap(w, now);
	end_round(w, full);
}

void
window_acked(struct window *w, uint64_t n, uint64_t now)
{
	struct window_mark last = { .end = 0 };
	bool full = window_room(w) < w->size / 4;

	/* Bytes that were on the way in window_forget() do not count any more. */
	if (n > w->sent - w->acked)
		n = w->sent - w->acked;
	if (!n)
		return;
	w->acked += n;
	w->acked_at = now;
	while (w->count && w->mark[w->first].end <= w->acked) {
		last = w->mark[w->first];
		w->first = (w->first + 1) % WINDOW_MARKS;
		w->count--;
	}
	if (last.end) {
		note_rate(w, rate_since(w, &last, now), last.idle, now);
		note_round_trip(w, &last, now);
	}
	if (w->starting)
		grow(w, n, &last, full, now);
	if (!w->starting && last.end)
		resize(w);
}

void
window_forget(struct window *w)
{
	w->acked = w->sent;
	w->count = 0;
}
