/* SPDX-License-Identifier: MIT */
/*
 * admission: which processes may talk to a keeper: root's, and the user's outside of any sandbox, because a peer can
 * type into a shell that is in no sandbox.  The same processes may use the agent, except an sshd
 * (common/process/rootfork.h): that one would ask for a key that may forward ports and do nothing else.  The kernel
 * lets the keeper look only at processes of its own group, and not at sshd's; the leader looks at the others.
 *
 * At most ADMISSION_MAX questions wait for the leader's answer: a leader may hang, and must not find its queue full
 * when it runs again.
 */
#ifndef HOLDFAST_ADMISSION_H
#define HOLDFAST_ADMISSION_H

#include "leadermsg.h"
#include "peers.h"

#define ADMISSION_MAX 64

/*
 * confinement_check_peer() for the process that has connected FD: 0; -EACCES when the keeper may not look; else a
 * negative errno.
 */
int admission_check(int fd);
/* Asks the leader about PEER, which is CHECKING until the answer; marks PEER when the leader can't be asked. */
void admission_ask(struct peer *peer);
/* A connection waits at the agent's socket: relays or refuses it, or asks the leader. */
void admission_at_agent(struct keeper *k);
/* The leader's answer. */
void admission_answer(struct keeper *k, const struct leadermsg_peer_is *m);
/* The leader will not answer any more. */
void admission_leader_gone(struct keeper *k);

#endif
