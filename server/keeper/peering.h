/* SPDX-License-Identifier: MIT */
/*
 * peering: who may talk to a keeper: root, and its user outside of any sandbox, for that is to type into a shell that is
 * in none.  The kernel lets us look only at processes of our own group: at others the leader looks.
 */
#ifndef HOLDFAST_PEERING_H
#define HOLDFAST_PEERING_H

#include "client.h"

/* As confinement_check_peer, with us at the other end: 0, -EACCES when we may not look, another negative errno for no. */
int peering_check(int fd);
/* Has the leader look at C, which is CHECKING until then. */
void peering_ask(struct client *c);
/* The leader has looked. */
void peering_answer(struct keeper *k, const struct lead_peer_is *m);
/* Nobody will look any more. */
void peering_leader_gone(struct keeper *k);

#endif
