/* SPDX-License-Identifier: MIT */
/* catchup: where the output of a framed client goes on: at its offset, after a gap, or behind what others have taken. */
#ifndef HOLDFAST_CATCHUP_H
#define HOLDFAST_CATCHUP_H

#include "peers.h"

/* Goes on at the client's offsets if the output is still there, else says how much is gone and draws the screen. */
void catchup_go_on(struct peer *peer, bool quiet);
/* It moves again after it was set aside. */
void catchup_return(struct peer *peer);
/* What all clients that go with the session have acknowledged of CHANNEL is needed by nobody: tells the source. */
void catchup_release(struct keeper *k, unsigned channel);

#endif
