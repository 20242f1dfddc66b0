/* SPDX-License-Identifier: MIT */
/*
 * requests: takes the connections to a session's socket, and what is said on them (common/messages/attach.h).  Which messages are
 * permitted in which phase is a table in requests.c; any other ends the connection.
 */
#ifndef HOLDFAST_REQUESTS_H
#define HOLDFAST_REQUESTS_H

#include "state.h"

/* Puts the session's socket and all connections into the set, and the deadlines of claims. */
void requests_watch(struct keeper *k, struct loop *l);
/* Does what is due at deadlines. */
void requests_turn(struct keeper *k);

#endif
