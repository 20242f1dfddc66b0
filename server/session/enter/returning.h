/* SPDX-License-Identifier: MIT */
/*
 * returning: a login comes back to its session whose keeper has died.
 *
 * The session's leader starts another keeper, on the same listening socket, so that a connection waits there until that
 * keeper is ready.  The login claims with the token that it got (ATTACH_MODE_AGAIN).  A new keeper that does not know
 * the token could not read what the old one had written down; then the login joins the session, which is its own.  A
 * framed client goes on over another connection instead. Meanwhile the terminal stays raw: keys that are typed wait in
 * it, and reach the program in their order.
 */
#ifndef HOLDFAST_RETURNING_H
#define HOLDFAST_RETURNING_H

#include "enter_private.h"

/*
 * E's connection to the keeper has ended without a last message.  0: the session is claimed again, to be confirmed.
 * A negative errno: it can't be had again, and TEXT, a line for the person, says why; -EINTR: the person has gone.
 * Takes at most some seconds.
 */
int returning_claim(struct enter *e, char text[TEXT_CAP]);

#endif
