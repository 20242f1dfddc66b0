/* SPDX-License-Identifier: MIT */
/*
 * claim: decides which login gets the session (common/messages/attach.h).
 *
 * At most one claim of the kind that must be alone (FIRST, AUTO) is open at a time, and AUTO only while the session has
 * no attachment: that makes the claim atomic.  A claim with a ticket waits for the leader's answer.  Without a leader
 * the keeper believes the claimer's identity: any process of the same uid could do as much.  What follows CONFIRM is in
 * confirm.h.
 */
#ifndef HOLDFAST_CLAIM_H
#define HOLDFAST_CLAIM_H

#include "peers.h"
#include "leadermsg.h"
#include "shellenv.h"

#define CLAIM_MS 5000 /* a claim that is not confirmed by then is let go */

/* CLAIM came with COUNT descriptors, which this takes over. */
void claim_open(struct peer *peer, const unsigned char *msg, size_t len, const int *fds, unsigned count);
/* Refuses PEER's claim, and marks PEER. */
void claim_refuse(struct peer *peer, enum attach_refusal code, const char *text);
/* Why the session's state does not permit a claim, with *CODE; NULL: it does. */
const char *claim_objection(struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code);
/* TakeOver: why those who are attached may not be detached for it; NULL: they may. */
const char *claim_take_over_objection(const struct keeper *k, const struct attach_claim *claim,
                                      enum attach_refusal *code);
/* The session's own part of the shell's environment; it borrows from K. */
struct shellenv_facts claim_env_facts(const struct keeper *k);
/* The leader's answer to a claim's ticket. */
void claim_vouched(struct keeper *k, const struct leadermsg_vouched *m);
/* The leader is gone: the claims that wait for it go on without it. */
void claim_leader_gone(struct keeper *k);
/* The leader has not answered about PEER in time: as if it were gone. */
void claim_unanswered(struct peer *peer);

#endif
