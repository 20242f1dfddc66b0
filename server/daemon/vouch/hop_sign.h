/* SPDX-License-Identifier: MIT */
/*
 * hop_sign: VOUCH_OP_SIGN: this node vouches for one of its logins to another node of the pool (frame_hop.h), for the
 * challenge that a process of that login has brought from there.
 *
 * It signs for a process that descends from that login alone, as every request of a login is served, and not for a
 * login that another node has vouched for: so a voucher goes no further than one node.
 */
#ifndef HOLDFAST_HOP_SIGN_H
#define HOLDFAST_HOP_SIGN_H

#include "helper_private.h"

void hop_sign(struct helper *h, const struct vouch_request *q);

#endif
