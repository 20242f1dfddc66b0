/* SPDX-License-Identifier: MIT */
/* leader_ctl: those who ask a leader (common/messages/leaderctl.h): who holds the session and, for root, its end. */
#ifndef HOLDFAST_LEADER_CTL_H
#define HOLDFAST_LEADER_CTL_H

#include <poll.h>

#include "leader.h"

/* Puts the listening socket and all who ask into P. */
void leader_ctl_watch(struct leader *l, struct pollfd p[LEADER_CTL_POLLED]);
/* Does what can be done after poll(2). */
void leader_ctl_turn(struct leader *l, const struct pollfd p[LEADER_CTL_POLLED]);
/* Closes all connections: to who has asked for the end, this says that it has come. */
void leader_ctl_close(struct leader *l);

#endif
