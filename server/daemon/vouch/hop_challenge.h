/* SPDX-License-Identifier: MIT */
/*
 * hop_challenge: VOUCH_OP_CHALLENGE: a login here has come over another node of the pool, and is to be taken for the
 * login that it is there (frame_hop.h).
 *
 * The helper gives a nonce, and waits for the voucher with it for HOP_CHALLENGE_MS.  The nonce is in the memory of this
 * helper alone, good for one answer, from the process that has asked, over the same connection: whatever comes of that,
 * the helper ends, and the nonce is forgotten.  A voucher that is good makes the login's file (hopfile.h).
 */
#ifndef HOLDFAST_HOP_CHALLENGE_H
#define HOLDFAST_HOP_CHALLENGE_H

#include "helper_private.h"

#define HOP_CHALLENGE_MS 30000 /* by a clock that nobody can set */

void hop_challenge(struct helper *h, const struct vouch_request *q);

#endif
