/* SPDX-License-Identifier: MIT */
/*
 * link_hop: what is said on each link of a client that carries a login of one node of a pool to another: HOP, and this
 * node's voucher for the other one's challenge (common/messages/frame_hop.h), between HELLO and everything else.  Where
 * there is no voucher, the link is that of a login like any other.  Nothing here does I/O on the link.
 */
#ifndef HOLDFAST_LINK_HOP_H
#define HOLDFAST_LINK_HOP_H

#include "frame.h"
#include "frame_hop.h"

/* From now on all links of this process are such, to the node TO.  Copies both.  NULL and NULL: none is. */
void link_hop_set(const struct frame_hop *hop, const char *to);
/* What follows the HELLO of a host with these FEATURES, in OUT: its length; 0: nothing; a negative errno. */
int link_hop_first(const char *features, unsigned char *out, size_t cap);
/*
 * F is HOP_CHALLENGE, or with CHALLENGED, when that has been answered, HOP_ANSWER.  The length of the answer in OUT
 * (FRAME_HOP_MAX suffices); 0: the link is READY; -EBADMSG: F breaks the protocol.  May wait for VOUCHER_MS.
 */
int link_hop_next(const struct frame *f, bool challenged, unsigned char *out, size_t cap);

#endif
