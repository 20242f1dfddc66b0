/* SPDX-License-Identifier: MIT */
/* hop_link: what the two nodes of a hop (hop.h) settle on a link before ATTACH is sent over it. */
#ifndef HOLDFAST_HOP_LINK_H
#define HOLDFAST_HOP_LINK_H

#include <stdbool.h>

#include "hop.h"
#include "link.h"

/*
 * Whether ATTACH may be sent over L now.  L fails if it has led to another node than the one that was meant; ANY: the
 * session will tell (mode 5).
 */
bool hop_link_ready(const struct hop *h, struct link *l, bool any);

#endif
