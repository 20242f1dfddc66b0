/* SPDX-License-Identifier: MIT */
/* catchup: where the output for a framed client goes on after a cut or a stall: at its offset, or behind a gap. */
#ifndef HOLDFAST_CATCHUP_H
#define HOLDFAST_CATCHUP_H

#include "peers.h"

/* Goes on at the client's offsets if the output is still there, else says how much is gone and draws the screen. */
void catchup_go_on(struct peer *peer, bool quiet);
/* It moves again after it was set aside. */
void catchup_return(struct peer *peer);
/* Tells the source how much of CHANNEL all clients have acknowledged: those bytes are not needed any more. */
void catchup_release(struct keeper *k, unsigned channel);

#endif
