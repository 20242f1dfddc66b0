/* SPDX-License-Identifier: MIT */
/* confirm: a claim that was granted (claim.h) is confirmed: the peer is attached, and the session shown to it. */
#ifndef HOLDFAST_CONFIRM_H
#define HOLDFAST_CONFIRM_H

#include "peers.h"

/* CONFIRM came from PEER: the shell is started, or the screen painted. */
void confirm(struct peer *peer);

#endif
