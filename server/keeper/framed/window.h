/* SPDX-License-Identifier: MIT */
/*
 * window: how much output may be on the way to a framed client.  The client's acknowledgements tell how fast the line
 * is.
 *
 * At first nothing is known of the line, and a long one would need many round trips to show what it carries.  So the
 * window begins as TCP's does: each acknowledged byte lets three more go, until bytes begin to wait on the way (round
 * trips become longer) or three round trips in a row have moved no more than before.  Where a full window's bytes come
 * back close behind one another on a long line, it carries as many in each such time, and the window need not grow step
 * by step.
 *
 * From then on, as TCP's BBR does: the fastest rate at which bytes have been acknowledged of late (over 30 ms at
 * least), times the shortest round trip of late and 30 ms, times five quarters.  A line that takes more shows it by a
 * faster rate, and the window grows; bytes beyond that would only wait somewhere, and a Ctrl-C's effect behind them.  A
 * round trip that has been measured with the window full has our own queue in it, so after ten seconds of that the
 * window is cut for one round trip.  After ten seconds without output it begins anew: the line may have become slower.
 * There are no timers: time passes when the client acknowledges.  Times are microseconds of one clock.
 */
#ifndef HOLDFAST_WINDOW_H
#define HOLDFAST_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW_MIN 8192u
#define WINDOW_FIRST 65536u
#define WINDOW_FIRST_BULK 2097152u /* of a command on pipes: as ssh has it; nobody waits for the answer to a key */
#define WINDOW_MAX 4194304u
#define WINDOW_MARKS 64

struct window {
	uint64_t sent, acked;  /* bytes in all */
	uint64_t acked_at;
	uint32_t size;         /* bytes that may be on the way */
	uint32_t max;          /* it is never larger */
	uint32_t initial;      /* SIZE at first, and at most after a long silence */
	uint64_t rate[2];      /* bytes a second, fastest: of this second that counts, and of the one before */
	uint64_t rate_since;
	uint64_t rtt, rtt_at;  /* shortest, and when that was measured; 0: not yet */
	uint64_t idle_until;   /* bytes before this were all there was to send: they say nothing about the line */
	bool starting;         /* nothing is known of the line yet */
	unsigned late, flat;   /* STARTING: acknowledgements in a row that were late; round trips that moved no more */
	uint64_t round_end, round_rate; /* … this one ends with that byte; bytes a second of the fastest one */
	uint64_t burst_from, burst_at; /* STARTING: ACKED and ACKED_AT when this round began */
	bool probing;          /* cut, to see the line without our queue … */
	uint64_t probe_from;   /* … by bytes from here on; 0: there is still too much on the way */
	struct window_mark {
		uint64_t end;      /* SENT when it was made */
		uint64_t at;
		uint64_t acked, acked_at;
		bool idle;
	} mark[WINDOW_MARKS];
	unsigned first, count; /* of the marks */
};

/* MAX: the window is never larger (the ring must hold the bytes on the way). */
void window_init(struct window *w, uint64_t max);
/* Nobody waits for the answer to a key: it begins with WINDOW_FIRST_BULK, if MAX permits. */
void window_begin_bulk(struct window *w);
/* What a window begins with after a long silence, of bulk or not, where W has MAX and goes on (framed_handover.c). */
void window_set_initial(struct window *w, bool bulk);
/* How many more bytes may be sent now. */
size_t window_room(const struct window *w);
void window_sent(struct window *w, size_t n, uint64_t now);
/*
 * Everything there was to send has been.  Where that is most of the window, the line is measured by it all the same:
 * in a flood more comes as soon as this much has gone.
 */
void window_idle(struct window *w);
/* N more bytes have been acknowledged (at most as many as are on the way). */
void window_acked(struct window *w, uint64_t n, uint64_t now);
/* The bytes on the way will not be acknowledged any more. */
void window_forget(struct window *w);

#endif
