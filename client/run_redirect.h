/* SPDX-License-Identifier: MIT */
/*
 * run_redirect: the host says that the session is on another node of its pool (REDIRECT).  The client goes there
 * itself where ssh does that without a question, and the key of what answers there is one that the person's
 * known_hosts have for the first host; else it has the first node relay.  While it tries, the connection to the first
 * node is parked.  When the connection is lost later, it tries the two ways in turn.
 */
#ifndef HOLDFAST_RUN_REDIRECT_H
#define HOLDFAST_RUN_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "run_state.h"

/* REDIRECT has come over L, the connection that ATTACH was sent over. */
void run_redirect_told(struct run *r, struct link *l, const struct frame *f);
/* Whether ATTACH may be sent over L, a new connection.  L may fail. */
bool run_redirect_may_attach(struct run *r, struct link *l);
/* What is asked of the node: M as it would be otherwise. */
void run_redirect_ask(const struct run *r, struct frame_attach *m);
/* REDIRECT, which goes before ATTACH over L: for the relay, or for the node of the session to compare with that. */
void run_redirect_put(const struct run *r, struct link *l);
/* The new connection has failed.  True: the parked one takes its place. */
bool run_redirect_back(struct run *r);
/* A reconnect has failed: the next one goes the other way. */
void run_redirect_turn(struct run *r);
/* The session is ours over the new connection; IS_NEW: it is none that was there before. */
void run_redirect_attached(struct run *r, bool is_new);
/* When the new connection is given up; CLOCK_NEVER. */
uint64_t run_redirect_due(const struct run *r);
/* Another session on the same node is next: r->want. */
void run_redirect_again(struct run *r);
void run_redirect_over(struct run *r);

#endif
