/* SPDX-License-Identifier: MIT */
/* run_away: making, losing and replacing connections. */
#ifndef HOLDFAST_RUN_AWAY_H
#define HOLDFAST_RUN_AWAY_H

#include <stdint.h>

#include "run_state.h"

/* Acts on the present state of link and fresh. */
void run_links(struct run *r, uint64_t now);
/* FRESH has ATTACHED: it is the link now. */
void run_promote(struct run *r);
/* The person wants a connection now. */
void run_retry_now(struct run *r, uint64_t now);
void run_network_changed(struct run *r, uint64_t now);
/* When run_links wants to be called next; CLOCK_NEVER. */
uint64_t run_away_due(const struct run *r);

#endif
