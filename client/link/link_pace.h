/* SPDX-License-Identifier: MIT */
/*
 * link_pace: how much output is acknowledged at once.
 *
 * Each ACK wakes sshd and the keeper, and costs about as much as the output it is for.  A slow line, or one that has just
 * begun, needs them soon, or the host's window (server/keeper/framed/window.h) stands still; a fast one does with one for
 * what comes in 8 ms, a quarter of what the window allows for beyond the round trip.
 */
#ifndef HOLDFAST_LINK_PACE_H
#define HOLDFAST_LINK_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_PACE_SOME 4096u           /* when nothing more is there to be read, on a slow line */
#define LINK_PACE_BULK (32u << 10)     /* while more is */
#define LINK_PACE_MOST (128u << 10)    /* however fast it comes: a quarter of the window of a ring of 1 MiB */

/* All zero: nothing has come. */
struct link_pace {
	uint64_t since; /* the milliseconds of clock.h */
	uint64_t came;  /* bytes since then */
	uint64_t step;  /* what came in 8 ms before that */
};

void link_pace_came(struct link_pace *p, size_t bytes);
/* After how many bytes an ACK is due.  IDLE: all that has come has been read. */
uint32_t link_pace_enough(struct link_pace *p, uint64_t now, bool idle);

#endif
