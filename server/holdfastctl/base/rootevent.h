/* SPDX-License-Identifier: MIT */
/*
 * rootevent: what root does with holdfastctl, as an event (event.h) in the log and in the store: at a user's session
 * (peek, send …), which that user sees in `holdfastctl events`, or on the host (drain).
 */
#ifndef HOLDFAST_ROOTEVENT_H
#define HOLDFAST_ROOTEVENT_H

#include "attach.h"
#include "event.h"

/*
 * Makes *E the event NAME, at S, a session of the uid ctl_uid(); NULL: of no session, and on the host.  by-uid is this
 * process's user, and by-login-uid the one who logged in (the kernel's audit login uid), where that is known.  The
 * caller may add fields.
 */
void rootevent_begin(struct event *e, const char *name, const struct attach_status *s);
/* Writes it, as root; for another user does nothing. */
void rootevent_write(const struct event *e);

#endif
