/* SPDX-License-Identifier: MIT */
/*
 * run_paste: keeps what is typed, and refuses what is more than may wait while the host is away.
 *
 * Half a paste is worse than none: what comes in one go (between the terminal's brackets, or without a pause) is kept
 * whole, or refused whole.  What was refused, and how much would have fitted, stands in the notice, and in a line when
 * the host is back.
 */
#ifndef HOLDFAST_RUN_PASTE_H
#define HOLDFAST_RUN_PASTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run_state.h"

void run_paste_keep(struct run *r, const unsigned char *data, size_t len);
/*
 * Whether more of it may come: nothing that was typed is sent to a host that does not answer, so it can be taken back.
 */
bool run_paste_comes(const struct run *r, uint64_t now);
/* When that is over; CLOCK_NEVER. */
uint64_t run_paste_due(const struct run *r, uint64_t now);
/* The host is there again: keys are taken, and the person is told of what was refused. */
void run_paste_over(struct run *r);

#endif
