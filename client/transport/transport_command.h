/* SPDX-License-Identifier: MIT */
/* transport_command: a command carries the bytes: ssh, plink, or anything else. */
#ifndef HOLDFAST_TRANSPORT_COMMAND_H
#define HOLDFAST_TRANSPORT_COMMAND_H

#include "target_state.h"
#include "transport.h"

/* Without target and asking, which the caller sets.  NULL: out of memory. */
struct transport *transport_command_new(void);
/* Ends the ssh that a transport has left behind for more over its connection (struct transport: kept), if any. */
void transport_command_end(struct transport_target *t);

#endif
