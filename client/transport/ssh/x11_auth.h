/* SPDX-License-Identifier: MIT */
/* x11_auth: the cookie of the person's X display, by xauth(1) as ssh asks for it.  Waits, so it runs in a thread. */
#ifndef HOLDFAST_X11_AUTH_H
#define HOLDFAST_X11_AUTH_H

#include <stdbool.h>

#include "target_state.h"
#include "transport.h"
#include "x11.h"

/*
 * Makes T's display ready for a connection, if the configuration wants X11 to be forwarded: T->x11, NULL if there is
 * none to forward.  The person is told why, once.  It ends early when CANCEL becomes readable.
 */
void x11_prepare(struct transport_target *t, const struct transport_asking *asking, int cancel);

#endif
