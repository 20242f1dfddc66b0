/* SPDX-License-Identifier: MIT */
/* transport_command: a command carries the bytes: ssh, plink, or anything else. */
#ifndef HOLDFAST_TRANSPORT_COMMAND_H
#define HOLDFAST_TRANSPORT_COMMAND_H

#include "transport.h"

/* Without target and asking, which the caller sets.  NULL: out of memory. */
struct transport *transport_command_new(void);

#endif
