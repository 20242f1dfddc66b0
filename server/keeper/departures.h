/* SPDX-License-Identifier: MIT */
/*
 * departures: lets go of peers that are marked (peer_mark_gone): closes their connection and their terminal, and does
 * what follows for the session.  Done by the loop once a turn after the handlers, and by who needs the session as it is
 * without them: before each request, and while a claim is confirmed.
 */
#ifndef HOLDFAST_DEPARTURES_H
#define HOLDFAST_DEPARTURES_H

#include "state.h"

void departures_sweep(struct keeper *k);
/* At the end of a turn: frees those that have been let go.  Nobody may have one of them in hand. */
void departures_free(struct keeper *k);

#endif
