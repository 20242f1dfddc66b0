/* SPDX-License-Identifier: MIT */
/*
 * link_rtt: the round trip of the session's line, as the acknowledgements of input show it, and since when the host
 * owes one.  Nothing is sent for that.  Times are those of clock.h.
 *
 * A host acknowledges input at most 2 ms after it has come (server/keeper/framed/frames_out.c), whatever the program
 * does with it.
 */
#ifndef HOLDFAST_LINK_RTT_H
#define HOLDFAST_LINK_RTT_H

#include <stdint.h>

/* All zero: nothing has been measured. */
struct link_rtt {
	uint32_t smoothed; /* ms; 0: nothing has been measured.  It follows a shorter one soon, and a longer one as in
	                      RFC 6298: a busy host is no long line, and the first answer of all comes late */
	uint64_t offset;   /* the acknowledgement of this offset is measured, … */
	uint64_t sent;     /* … whose byte was sent then; 0: the host owes none */
	uint64_t last_offset, last_sent; /* of what was sent last */
};

/* Input up to END has been sent. */
void link_rtt_sent(struct link_rtt *r, uint64_t end, uint64_t now);
/* Input up to OFFSET has been acknowledged. */
void link_rtt_acked(struct link_rtt *r, uint64_t offset, uint64_t now);
/* A round trip of MS that was measured in another way. */
void link_rtt_sample(struct link_rtt *r, uint64_t ms);
/* The connection is another one: what was sent over the old one is not measured. */
void link_rtt_cut(struct link_rtt *r);

#endif
