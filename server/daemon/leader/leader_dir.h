/* SPDX-License-Identifier: MIT */
/*
 * leader_dir: the directory of a leader's session (common/run/sessiondir.h), which stays the leader's: what is removed of it is
 * made anew, and the keeper gets the new listening sockets.
 *
 * The kernel tells of a removal by SIGIO (fcntl(2), F_NOTIFY).  inotify(7) would say more, but lets root have 128
 * instances on a whole host, and there is a leader a session.
 */
#ifndef HOLDFAST_LEADER_DIR_H
#define HOLDFAST_LEADER_DIR_H

#include <stdbool.h>

#include "leader.h"

/* Makes l->dir for the user of l->audit: 0 or a negative errno. */
int leader_dir_make(struct leader *l);
/* A file in the directory was removed: if it was ours, sets l->renew_ms. */
void leader_dir_touched(struct leader *l);
/* Restores missing files, the directories above them, and this leader's entry in the register. */
void leader_dir_renew(struct leader *l);
/* Another login was attached: writes that into the session's directory. */
void leader_dir_login(struct leader *l);
/*
 * Answers the keeper's question M (LEADERMSG_PEER) about the process at the other end of CONN (-1: the question came
 * without it): whether it is root, or the session's user with the keeper's confinement.  At the agent's socket it must
 * not be an sshd either (common/process/rootfork.h).  Root may examine processes with another group, and the keeper may not.
 */
void leader_dir_peer(struct leader *l, const struct leadermsg_report *m, int conn);

#endif
