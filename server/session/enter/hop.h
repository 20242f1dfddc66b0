/* SPDX-License-Identifier: MIT */
/*
 * hop: takes a login to a session that another node of the pool holds.  This process becomes a relay between the login's
 * terminal (or a framed client) and that node.
 *
 * E->q, E->fds and E->claim (size, TERM, environment) describe the login.  S has the node, its address, and the session's
 * number, name and unique id; it is a hint, and may be gone.
 */
#ifndef HOLDFAST_HOP_H
#define HOLDFAST_HOP_H

#include <stdbool.h>

#include "enter_private.h"
#include "poolmsg.h"

#define HOP_MS 2000 /* to be attached there, where the session was not asked for by name */

/*
 * Goes there within HOP_MS, or if the session was asked for by its name (NAMED) within LoginTimeout
 * (E->vouching.facts.login_timeout_ms).  0: the login is attached there, E->hopped is set, and hop_stay is to be called;
 * -ENOENT: the session is not there any more; -EINTR: the person has pressed Ctrl-C, or has gone; another negative
 * errno: it cannot be reached.  After an error nothing is left of the hop, and the terminal is as it was.
 */
int hop_begin(struct enter *e, const struct pool_entry *s, bool named);
/* Until the login leaves that session: as stay_run (stay.h), with the outcome in E->res. */
bool hop_stay(struct enter *e);

#endif
