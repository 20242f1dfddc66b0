/* SPDX-License-Identifier: MIT */
/* run_notice: the line at the bottom of the screen while the host does not answer. */
#ifndef HOLDFAST_RUN_NOTICE_H
#define HOLDFAST_RUN_NOTICE_H

#include <stdint.h>

#include "run_state.h"

/* Draws it when that is due. */
void run_notice_tick(struct run *r, uint64_t now);
/* When run_notice_tick wants to be called next; CLOCK_NEVER. */
uint64_t run_notice_due(const struct run *r);
/* Takes it away. */
void run_notice_gone(struct run *r);

#endif
