/* SPDX-License-Identifier: MIT */
/*
 * pacing: how much output a terminal behind a TCP connection is given, so that the answer to a key does not wait
 * behind a megabyte of old output.
 *
 * sshd and the kernel take all that a terminal is given, however slow the link.  So the queue of the connection
 * is looked at (common/process/tcpinfo.h), and no more is written than it moves in two round trips and a tenth of a
 * second:
 *
 *   OPEN      there is budget: writes cost a subtraction, and large ones a look at the clock.  When it is used up, a
 *             look at the queue gives more, or closes it
 *   CLOSED    until a moment when part of the queue should have gone, then another look; 50 ms at most while it
 *             moves, up to a second while it does not
 *
 * The link's speed is measured by the acknowledgements over at least 20 ms and a round trip.  It grows by no more than
 * twice at a time (a receiver may swallow a burst) and shrinks only while the queue has something in it.  After ten
 * seconds without a look it begins with the first guess again: the link may have become slower.
 *
 * A connection may carry more than this terminal (a shared one, forwarded ports): of its queue only our share
 * counts (our part of all bytes written to it), so that a copy beside it does not starve the terminal.
 *
 * Nothing is looked at, and no deadline set, while nothing is written.  Where the connection is not known or
 * can't be looked at, everything is written, as if this were not there.
 */
#ifndef HOLDFAST_PACING_H
#define HOLDFAST_PACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "envlist.h"
#include "tcpinfo.h"

struct pacing {
	struct tcp_tuple tuple; /* family 0: everything is written */
	uint64_t budget;   /* bytes that may be written before the next look */
	uint64_t rate;     /* of the link, bytes a second */
	uint64_t limit;    /* of the queue, from that */
	bool known;        /* RATE was measured with a queue that did not run empty */
	uint64_t mark, mark_at; /* acknowledged then: where the measurement that is going on began; 0: none */
	uint64_t acked;    /* at the last look */
	uint64_t written;  /* by us, in all */
	uint64_t own_mark, all_mark; /* that, and all bytes given to the connection, where SHARE was last measured */
	unsigned share;    /* 256ths of what goes through the connection that are ours: other channels use it as well */
	uint64_t until;    /* CLOSED until then (clock_now_ms()); 0: open */
	uint64_t next;     /* a slow link: no look before */
	unsigned pause_ms; /* CLOSED, nothing acknowledged: how long it was last waited */
	bool moved;        /* something was acknowledged since pacing_moved was last asked */
};

/* Everything is written. */
void pacing_off(struct pacing *p);
/*
 * From SSH_CONNECTION in the login's environment, if descriptor OUT is a pipe or that login's own terminal,
 * SSH_TTY.  A login that lies there slows only itself.
 */
void pacing_begin(struct pacing *p, const struct envlist *login, int out, bool pipe);
/* Begins anew with the connection p->tuple. */
void pacing_restart(struct pacing *p);
/* How many of LEN bytes may be written now; 0: p->until tells when to ask again. */
size_t pacing_allow(struct pacing *p, size_t len);
/* So many of them have been. */
void pacing_wrote(struct pacing *p, size_t len);
/* Whether nothing may be written before p->until. */
bool pacing_closed(const struct pacing *p);
/* How far a program may be ahead of this terminal: at most LAG, less where that would take long to show. */
uint64_t pacing_lag(const struct pacing *p, uint64_t lag);
/* Whether the link has moved since this was last asked, though nothing may be written. */
bool pacing_moved(struct pacing *p);

/* One look at NOW, with the result RC of tcpinfo_read() and its numbers; for tests. */
void pacing_look(struct pacing *p, uint64_t now, int rc, const struct tcpinfo *i);

#endif
