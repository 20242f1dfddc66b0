/* SPDX-License-Identifier: MIT */
/*
 * run_hop: what is different in the loop where this client carries a login of one node to a session on another
 * (hop.h): ATTACH waits for the other node's HELLO, nothing is said to the person but by the process that has started
 * us, which is told how the session was left.  Where this is no hop, every function here does nothing.
 */
#ifndef HOLDFAST_RUN_HOP_H
#define HOLDFAST_RUN_HOP_H

#include <stdbool.h>

#include "run_state.h"

/* What is asked of the host, by the order. */
void run_hop_begin(struct run *r);
/* Whether ATTACH may be sent over L.  L fails if it has led to another node than the one that was meant. */
bool run_hop_may_attach(struct run *r, struct link *l);
/* The session is ours. */
void run_hop_attached(struct run *r);
/* The host asks whether the person's connection to this node is there: it is looked at, and the host told. */
void run_hop_asked(struct run *r);
uint64_t run_hop_due(const struct run *r);
void run_hop_tick(struct run *r, uint64_t now);
/* The session goes on without us, for REASON (enum frame_detached_reason), with the TEXT of DETACHED. */
void run_hop_detached(struct run *r, uint32_t reason, const char *text);
/* The process that has started us has closed its end: it, or the person's login, has gone. */
void run_hop_left(struct run *r);
/* The last message; the terminal has been put back. */
void run_hop_over(struct run *r);

#endif
