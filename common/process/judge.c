/* SPDX-License-Identifier: MIT */
#include "judge.h"

#define ESTABLISHED 1 /* enum of <netinet/tcp.h> */
#define SYN_RECEIVED 3

#define DOUBLED 2        /* timeouts of one segment after which it counts as lost for good */
#define GRAIN_MS 20      /* the kernel's milliseconds come from jiffies */
#define ANSWER_SPARE_MS 100 /* besides two round trips: the time for an answer to the bytes that were sent last */

/* One side has ended the connection already.  ssh never half-closes. */
static bool
is_ending(const struct tcpinfo *i)
{
	return i->state != ESTABLISHED && i->state != SYN_RECEIVED;
}

/*
 * How often in a row something was sent that had to be answered, and was not.  With a closed window that is the
 * kernel's probes of it; any answer sets their number back, and does not set back the doublings of the timer.
 */
static unsigned
unanswered(const struct tcpinfo *i)
{
	return i->unacked ? i->backoff : i->not_sent ? i->probes : 0;
}

/* The bytes that were sent last should have been answered by now. */
static bool
had_its_time(const struct tcpinfo *i)
{
	return (uint64_t)i->last_sent_ms * 1000 > (uint64_t)i->rtt_us * 2 + ANSWER_SPARE_MS * 1000;
}

enum judgement
judge_first(const struct tcpinfo *i)
{
	unsigned n = unanswered(i);

	if (is_ending(i))
		return JUDGE_DEAD;
	if (n >= JUDGE_OFTEN || (n >= DOUBLED && i->last_ack_ms >= JUDGE_SILENT_MS))
		return JUDGE_DEAD;
	if (i->send_queue || i->not_sent || i->unacked)
		return JUDGE_WATCH;
	return i->last_ack_ms <= JUDGE_RECENT_MS ? JUDGE_ALIVE : JUDGE_ASK;
}

/*
 * The window is closed.  A peer that lives answers its probes, but of two within half a second only one (Linux:
 * tcp_invalid_ratelimit), so one that was not answered proves nothing.
 */
static enum judgement
of_probes(const struct tcpinfo *first, const struct tcpinfo *i)
{
	bool more = unanswered(i) >= DOUBLED && i->probes > first->probes;

	return more && had_its_time(i) ? JUDGE_DEAD : JUDGE_WATCH;
}

enum judgement
judge_later(const struct tcpinfo *first, const struct tcpinfo *i, uint32_t waited, bool last)
{
	if (is_ending(i))
		return JUDGE_DEAD;
	if (i->bytes_acked > first->bytes_acked || i->last_ack_ms + GRAIN_MS < waited)
		return JUDGE_ALIVE;
	/* Repetitions before the first look do not count: the line may have recovered since. */
	if (!i->unacked)
		return of_probes(first, i);
	if (i->backoff <= first->backoff)
		return JUDGE_WATCH;
	if (i->backoff >= first->backoff + DOUBLED)
		return JUDGE_DEAD;
	/* A slow link: the bytes were sent again, and should have been answered by now. */
	return last && had_its_time(i) ? JUDGE_DEAD : JUDGE_WATCH;
}
