/* SPDX-License-Identifier: MIT */
/* leader_link: what a keeper hears from its leader (common/messages/lead.h), and what it does without one. */
#ifndef HOLDFAST_LEADER_LINK_H
#define HOLDFAST_LEADER_LINK_H

#include "state.h"

/* Puts the socket to the leader into the set. */
void leader_link_watch(struct keeper *k, struct loop *l);
/* If the leader has been lost (report.h): a session that has not started is over, and what waited for it goes on. */
void leader_link_turn(struct keeper *k);

#endif
