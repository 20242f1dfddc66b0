/* SPDX-License-Identifier: MIT */
/*
 * judge: whether the other end of a connection is still there, by the kernel's numbers (common/process/tcpinfo.h).
 *
 * An acknowledgement proves that the other end is there; behind a proxy, a bastion or a load balancer that end is the
 * proxy.  Bytes that were sent, sent again at least twice, and not acknowledged prove that it is not; so do the
 * kernel's probes of a closed window when at least two in a row are not answered.  Anything else is unknown: a
 * terminal that takes nothing, a connection of another network namespace.
 */
#ifndef HOLDFAST_JUDGE_H
#define HOLDFAST_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tcpinfo.h"

enum judgement {
	JUDGE_ALIVE,
	JUDGE_DEAD,
	JUDGE_ASK,   /* nothing is under way: something has to be sent to find out */
	JUDGE_WATCH, /* something is under way: look again */
};

#define JUDGE_RECENT_MS 200 /* an acknowledgement so young, with nothing under way, needs no probe */
/* Bytes that have been sent again so often, or twice and then such a silence, need no further look. */
#define JUDGE_OFTEN 3
#define JUDGE_SILENT_MS 5000

/* The first look at a connection. */
enum judgement judge_first(const struct tcpinfo *i);
/*
 * A later look at it (of a closed window, last_sent_ms is since its last probe was seen), WAITED ms after the one
 * that gave *FIRST; LAST: there will be no other.  JUDGE_ALIVE, JUDGE_DEAD, or JUDGE_WATCH: still open, which at the
 * last look means that it is unknown.
 */
enum judgement judge_later(const struct tcpinfo *first, const struct tcpinfo *i, uint32_t waited, bool last);

#endif
