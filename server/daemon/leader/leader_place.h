/* SPDX-License-Identifier: MIT */
/*
 * leader_place: the place of a leader's session (common/place.h), which stays the leader's: what is removed of it is
 * made anew, and the keeper gets the new listening sockets.
 *
 * The kernel tells of a removal by SIGIO (fcntl(2), F_NOTIFY).  inotify(7) would say more, but lets root have 128
 * instances on a whole host, and there is a leader a session.
 */
#ifndef HOLDFAST_LEADER_PLACE_H
#define HOLDFAST_LEADER_PLACE_H

#include <stdbool.h>

#include "leader.h"

/* Makes l->place for the user of l->audit: 0 or a negative errno. */
int leader_place_make(struct leader *l);
/* Something in it has been removed: if it was ours, l->renew_ms is set. */
void leader_place_touched(struct leader *l);
/* Makes anew what is missing, of the directories above it too, and of our entry in the register. */
void leader_place_renew(struct leader *l);
/* Another login is attached: says so in the place. */
void leader_place_login(struct leader *l);
/*
 * The keeper asks by M (LEAD_PEER) about the process at the other end of CONN (-1: that did not come with it): whether it is
 * the session's user, or root, outside of any sandbox, as much as the keeper is.  At the agent's socket it must not be an
 * sshd's either (common/rootfork.h).  Root sees that of a process with another group, too, which the keeper does not.
 */
void leader_place_peer(struct leader *l, const struct lead_report *m, int conn);

#endif
