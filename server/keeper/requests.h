/* SPDX-License-Identifier: MIT */
/*
 * requests: accepts connections to the session's socket, and handles their messages (common/messages/attach.h).  A
 * table in requests.c lists the messages that are permitted in each phase; any other message ends the connection.
 */
#ifndef HOLDFAST_REQUESTS_H
#define HOLDFAST_REQUESTS_H

#include "state.h"

/* Puts the session's socket and all connections into the set, and the deadlines of claims. */
void requests_watch(struct keeper *k, struct loop *l);
/* Ends claims whose deadline has passed, and stops waiting for a leader that does not answer. */
void requests_turn(struct keeper *k);

#endif
