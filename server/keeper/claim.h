/* SPDX-License-Identifier: MIT */
/*
 * claim: how a client gets the session (common/messages/attach.h).
 *
 * At most one claim of the kind that must be alone (FIRST, AUTO) is open at a time, and AUTO only while nobody is
 * attached: that makes the claim atomic.  A claim with a ticket waits for the leader's word about it; while there is
 * no leader the identity that the claimer names counts, which is no less than anybody of the same uid has anyway.
 */
#ifndef HOLDFAST_CLAIM_H
#define HOLDFAST_CLAIM_H

#include "peers.h"
#include "lead.h"

#define CLAIM_MS 5000 /* a claim that is not confirmed by then is let go */

/* CLAIM came with COUNT descriptors, which this takes over. */
void claim_open(struct peer *peer, const unsigned char *msg, size_t len, const int *fds, unsigned count);
/* CONFIRM came: the shell is started, or the screen painted. */
void claim_confirm(struct peer *peer);
/* The leader's answer to a claim's ticket. */
void claim_vouched(struct keeper *k, const struct lead_vouched *m);
/* The leader is gone: the claims that wait for it go on without it. */
void claim_leader_gone(struct keeper *k);
/* The leader has not answered about PEER in time: as if it were gone. */
void claim_unanswered(struct peer *peer);

#endif
