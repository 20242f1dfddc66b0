/* SPDX-License-Identifier: MIT */
#include "pacing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bounds.h"
#include "clock.h"

#define RATE_FIRST 320000     /* bytes a second, before anything was measured */
#define RATE_MIN 2000
#define RATE_MAX 4000000000U
#define QUEUE_MS 100          /* of output in the queue, besides two round trips */
#define QUEUE_MIN 8192        /* bytes */
#define FAST 262144           /* a link with a larger limit is looked at as often as it is written to */
#define BUDGET_MAX 1048576
#define SHARE_BYTES 16384
#define MEASURE_MS 20
#define STALE_MS 1000         /* a measurement over a pause says nothing */
#define WAIT_MIN_MS 2
#define WAIT_MAX_MS 50
#define PAUSE_MAX_MS 1000     /* while nothing is acknowledged */
#define RTT_MAX_MS 10000      /* more: not measured yet */
#define LAG_MIN 4096
#define LONG_AGO_MS 10000     /* what was measured then may be another link's */
#define MUCH 2048             /* bytes that are not a key's echo */
#define SLOWER_BYTES 12288    /* acknowledged at less than half the rate: the link is slower, and does not only pause */
#define ESTABLISHED 1
#define CLOSE_WAIT 8

void
pacing_off(struct pacing *p)
{
	memset(p, 0, sizeof *p);
}

/* Whether FD is the terminal of that name, of a login's: /dev/pts/N. */
static bool
is_terminal(int fd, const char *name)
{
	char own[TTY_CAP];
	struct stat st;

	if (!name || fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || major(st.st_rdev) < 136 || major(st.st_rdev) > 143)
		return false;
	snprintf(own, sizeof own, "/dev/pts/%u", (major(st.st_rdev) - 136) * 256 + minor(st.st_rdev));
	return strcmp(own, name) == 0;
}

/* "192.0.2.7 50022 192.0.2.1 22" */
static bool
parse_connection(const char *text, struct tcp_tuple *t)
{
	char peer[ADDRESS_CAP], local[ADDRESS_CAP];
	unsigned peer_port, local_port;

	return text && sscanf(text, "%63s %5u %63s %5u", peer, &peer_port, local, &local_port) == 4 &&
	       peer_port <= UINT16_MAX && local_port <= UINT16_MAX &&
	       tcp_tuple_parse(t, peer, (uint16_t)peer_port, local, (uint16_t)local_port) == 0;
}

void
pacing_begin(struct pacing *p, const struct envlist *login, int out, bool pipe)
{
	pacing_off(p);
	if (!pipe && !is_terminal(out, envlist_get(login, "SSH_TTY")))
		return;
	if (!parse_connection(envlist_get(login, "SSH_CONNECTION"), &p->tuple))
		p->tuple.family = 0;
	pacing_restart(p);
}

void
pacing_restart(struct pacing *p)
{
	*p = (struct pacing){ .tuple = p->tuple, .rate = RATE_FIRST, .limit = QUEUE_MIN, .share = 256 };
}

static uint64_t
clamp(uint64_t v, uint64_t min, uint64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* The rate of acknowledgements since the mark, if that is long enough ago. */
static void
measure(struct pacing *p, uint64_t now, const struct tcpinfo *i)
{
	uint64_t span = now - p->mark_at, least = i->rtt_us / 1000, acked = i->bytes_acked - p->mark, rate;
	bool busy = i->send_queue >= p->limit / 4;

	/* A round trip behind a queue that has become too long is too long to wait for. */
	if (busy && acked >= SLOWER_BYTES && acked * 1000 < p->rate / 2 * span)
		least = 0;
	if (p->mark_at && span < (least > MEASURE_MS ? least : MEASURE_MS))
		return;
	if (p->mark_at && (span < STALE_MS || (busy && span < 10 * STALE_MS))) {
		rate = acked * 1000 / span;
		if (rate > p->rate)
			p->rate = rate < 2 * p->rate ? rate : 2 * p->rate;
		else if (busy)
			p->rate -= (p->rate - rate) / 4;
		p->rate = clamp(p->rate, RATE_MIN, RATE_MAX);
		p->known |= busy;
	}
	p->mark = i->bytes_acked;
	p->mark_at = now;
}

/* Our share of the bytes that the connection was given lately; ssh's own bytes count as others'. */
static void
measure_share(struct pacing *p, const struct tcpinfo *i)
{
	uint64_t all = i->bytes_acked + i->send_queue, own = p->written - p->own_mark;

	if (all < p->all_mark + SHARE_BYTES)
		return;
	if (p->all_mark)
		p->share = (unsigned)((3 * p->share + clamp(own * 256 / (all - p->all_mark), 0, 256)) / 4);
	p->all_mark = all;
	p->own_mark = p->written;
}

/* Whether the link was looked at so long ago that it may be slower now.  TCP begins anew as well (RFC 5681, 4.1). */
static bool
was_long_ago(const struct pacing *p, uint64_t now)
{
	return p->mark_at && now - p->mark_at > LONG_AGO_MS;
}

/* CLOSED until the queue should be at half its limit. */
static void
wait_for_queue(struct pacing *p, uint64_t now, uint64_t queue, bool moved)
{
	uint64_t excess = queue > p->limit / 2 ? queue - p->limit / 2 : 0;
	uint64_t wait = clamp(excess * 1000 / p->rate, WAIT_MIN_MS, WAIT_MAX_MS);

	if (moved) {
		p->pause_ms = 0;
	} else {
		p->pause_ms = p->pause_ms ? 2 * p->pause_ms : (unsigned)wait;
		p->pause_ms = p->pause_ms < PAUSE_MAX_MS ? p->pause_ms : PAUSE_MAX_MS;
		wait = wait > p->pause_ms ? wait : p->pause_ms;
	}
	p->budget = 0;
	p->until = now + wait;
}

void
pacing_look(struct pacing *p, uint64_t now, int rc, const struct tcpinfo *i)
{
	uint64_t room, queue, rtt_ms;
	bool moved;

	/* The connection has gone, or is about to. */
	if (rc < 0 || (i->state != ESTABLISHED && i->state != CLOSE_WAIT) || i->bytes_acked < p->acked) {
		pacing_off(p);
		return;
	}
	if (!i->send_queue && was_long_ago(p, now)) {
		p->rate = p->rate < RATE_FIRST ? p->rate : RATE_FIRST;
		p->known = false;
	}
	measure(p, now, i);
	measure_share(p, i);
	rtt_ms = i->min_rtt_us / 1000 < RTT_MAX_MS ? i->min_rtt_us / 1000 : 0;
	p->limit = clamp(p->rate * (QUEUE_MS + 2 * rtt_ms) / 1000, QUEUE_MIN, UINT32_MAX);
	moved = i->bytes_acked > p->acked || i->send_queue == 0;
	p->moved |= moved;
	p->acked = i->bytes_acked;
	queue = (uint64_t)i->send_queue * p->share / 256;
	room = p->limit > queue ? p->limit - queue : 0;
	if (room < p->limit / 4) {
		wait_for_queue(p, now, queue, moved);
		return;
	}
	p->budget = room < BUDGET_MAX ? room : BUDGET_MAX;
	p->until = 0;
	p->pause_ms = 0;
	/* sshd has not read the bytes yet that were written just now: they show in the queue a little later. */
	p->next = p->known && p->limit < FAST ? now + clamp(p->budget * 500 / p->rate, WAIT_MIN_MS, WAIT_MAX_MS) : 0;
}

size_t
pacing_allow(struct pacing *p, size_t len)
{
	struct tcpinfo i;
	uint64_t now;
	int rc;

	if (!p->tuple.family)
		return len;
	if (len >= MUCH && p->budget > QUEUE_MIN && was_long_ago(p, clock_now_ms()))
		p->budget = 0;
	if (!p->budget) {
		now = clock_now_ms();
		if (now < p->next)
			p->until = p->next;
		if (now < p->until)
			return 0;
		memset(&i, 0, sizeof i);
		rc = tcpinfo_get(&p->tuple, &i);
		pacing_look(p, now, rc, &i);
		if (!p->tuple.family)
			return len;
	}
	return len < p->budget ? len : (size_t)p->budget;
}

void
pacing_wrote(struct pacing *p, size_t len)
{
	p->written += len;
	p->budget -= len < p->budget ? len : p->budget;
}

bool
pacing_closed(const struct pacing *p)
{
	return p->until != 0;
}

uint64_t
pacing_lag(const struct pacing *p, uint64_t lag)
{
	if (!p->tuple.family || !p->known || p->limit / 4 >= lag)
		return lag;
	return p->limit / 4 > LAG_MIN ? p->limit / 4 : LAG_MIN;
}

bool
pacing_moved(struct pacing *p)
{
	bool moved = p->moved;

	p->moved = false;
	return moved;
}
