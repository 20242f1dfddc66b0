/* SPDX-License-Identifier: MIT */
/*
 * said: what a process of a user says of its login (VOUCH_OP_SAY): why that was not held.  It becomes an event "aside"
 * with said-by-user=yes, in the log and in the store of such words (saidstore.h).
 */
#ifndef HOLDFAST_SAID_H
#define HOLDFAST_SAID_H

#include <stdbool.h>
#include <sys/types.h>

#include "vouch.h"

/*
 * Writes down what Q, a SAY of a process of CALLER, says, within that store's limits.  Of a login's hook only the first
 * word counts, and only before the login has asked for anything.  Where the store cannot be written, the limit is that
 * of refusals: nothing is written or counted if QUIET, and else true says that the line counts as one of those.
 */
bool said_take(uid_t caller, const struct vouch_request *q, bool quiet);

#endif
