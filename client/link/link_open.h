/* SPDX-License-Identifier: MIT */
/* link_open: a link to a host: by the subsystem, or by the programs of a user alone (holdfastctl resume). */
#ifndef HOLDFAST_LINK_OPEN_H
#define HOLDFAST_LINK_OPEN_H

#include "link.h"

/*
 * FIRST: see link_new; it is for the subsystem alone.  WHAT: TRANSPORT_SUBSYSTEM, or TRANSPORT_EXEC where the host has
 * no subsystem.  NULL: out of memory.
 */
struct link *link_open(struct transport_target *target, const struct transport_asking *asking,
                       enum transport_request what, uint32_t idle_ms, const struct link_first *first);

#endif
