/* SPDX-License-Identifier: MIT */
/*
 * claim: decides which login gets the session (common/messages/attach.h).
 *
 * At most one claim of the kind that must be alone (FIRST, AUTO) is open at a time, and AUTO only while the session has
 * no attachment: that makes the claim atomic.  A claim with a ticket waits for the leader's answer.  Without a leader
 * the keeper believes the claimer's identity: any process of the same uid could do as much.
 */
#ifndef HOLDFAST_CLAIM_H
#define HOLDFAST_CLAIM_H

#include "peers.h"
#include "leadermsg.h"

#define CLAIM_MS 5000 /* a claim that is not confirmed by then is let go */

/* CLAIM came with COUNT descriptors, which this takes over. */
void claim_open(struct peer *peer, const unsigned char *msg, size_t len, const int *fds, unsigned count);
/* CONFIRM came: the shell is started, or the screen painted. */
void claim_confirm(struct peer *peer);
/* The leader's answer to a claim's ticket. */
void claim_vouched(struct keeper *k, const struct leadermsg_vouched *m);
/* The leader is gone: the claims that wait for it go on without it. */
void claim_leader_gone(struct keeper *k);
/* The leader has not answered about PEER in time: as if it were gone. */
void claim_unanswered(struct peer *peer);

#endif
