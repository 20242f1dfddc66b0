/* SPDX-License-Identifier: MIT */
/* leader_link: messages from the leader (common/messages/leadermsg.h), and the loss of the leader. */
#ifndef HOLDFAST_LEADER_LINK_H
#define HOLDFAST_LEADER_LINK_H

#include "state.h"

/* Puts the socket to the leader into the set. */
void leader_link_watch(struct keeper *k, struct loop *l);
/* If the leader does not tell, or is lost: the session is ending if its shell has ended.  Called once a turn. */
void leader_link_look(struct keeper *k);
/*
 * If the leader has just been lost (report.h): a session that has not started is over; claims and connections stop
 * waiting for the leader.
 */
void leader_link_turn(struct keeper *k);

#endif
