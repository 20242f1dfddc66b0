/* SPDX-License-Identifier: MIT */
/*
 * hop_relay: carries the bytes of a framed client, which has come to this node, to its session on another node (hop.h,
 * HOPMSG_FRAMED).  That client and the session's keeper count and acknowledge them themselves: nothing is kept here, but
 * what one of the two does not take just now.
 */
#ifndef HOLDFAST_HOP_RELAY_H
#define HOLDFAST_HOP_RELAY_H

#include "asking.h"
#include "options.h"
#include "target.h"

/* Returns the exit status, when either side has ended. */
int hop_relay_run(const struct options *o, struct transport_target *target, struct asking *asking);

#endif
