/* SPDX-License-Identifier: MIT */
/*
 * hop: takes a login to a session that another node of the pool holds.  The client program carries the login's terminal,
 * or the pipes of a framed client, to that node (hopping.h); this process waits for it.
 *
 * E->q, E->fds and E->claim (size, TERM, environment) describe the login.  What is known of the session is a hint; it may
 * be gone.  The helper is let go of meanwhile, because other logins of the user wait for it, and asked once more where
 * the hop fails.
 */
#ifndef HOLDFAST_HOP_H
#define HOLDFAST_HOP_H

#include <stdbool.h>

#include "enter_private.h"
#include "frame_redirect.h"
#include "poolmsg.h"

#define HOP_LEAST_MS 100 /* with less time left no hop is begun */

/* PoolTimeout for this login: so long may all hops take together that it has not asked for. */
unsigned hop_patience(const struct enter *e);
/*
 * Goes to the session S within E->far_ms, of which it takes what it needs, or if it was asked for by its name (NAMED)
 * within LoginTimeout (E->vouching.facts.login_timeout_ms).  0: the login is attached there, E->hopped is set, and
 * hop_stay is to be called;
 * -ENOENT: the session is not there any more, or another login has it; -EINTR: the person has pressed Ctrl-C, or has
 * gone; another negative errno: it cannot be had, and E->far says so.  After an error nothing is left of the hop, and the
 * terminal is as it was.  A framed client that goes to other nodes itself is only told where: 0, too.
 */
int hop_begin(struct enter *e, const struct pool_entry *s, bool named);
/* The same for the session E->q->relay, which a framed client has been told of; without a name within hop_patience. */
int hop_begin_relay(struct enter *e);
/* Until the login leaves that session: as stay_run (stay.h), with the outcome in E->res. */
bool hop_stay(struct enter *e);

#endif
