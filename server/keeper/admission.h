/* SPDX-License-Identifier: MIT */
/*
 * peering: who may talk to a keeper: root, and its user outside of any sandbox, for that is to type into a shell that is
 * in none.  The same ones may ask the agent, but no sshd (common/process/rootfork.h): that one would do it for a key which may
 * forward ports and nothing else.  The kernel lets us look only at processes of our own group, and not at sshd's: at
 * others the leader looks.
 *
 * Of questions that the leader has not answered there are ADMISSION_MAX at most: it may hang, and its queue must not be
 * full when it comes back.
 */
#ifndef HOLDFAST_PEERING_H
#define HOLDFAST_PEERING_H

#include "lead.h"
#include "peers.h"

#define ADMISSION_MAX 64

/* As confinement_check_peer, with us at the other end: 0, -EACCES when we may not look, another negative errno for no. */
int admission_check(int fd);
/* Has the leader look at PEER, which is CHECKING until then; gives it up where nobody would look. */
void admission_ask(struct peer *peer);
/* A connection waits at the agent's socket: relays it, or refuses it, or has the leader look. */
void admission_at_agent(struct keeper *k);
/* The leader has looked. */
void admission_answer(struct keeper *k, const struct lead_peer_is *m);
/* Nobody will look any more. */
void admission_leader_gone(struct keeper *k);

#endif
