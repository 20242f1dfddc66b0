/* SPDX-License-Identifier: MIT */
/*
 * leaderctl: asking a session's leader (common/leadctl.h), which answers whatever its keeper does.  Sessions of the
 * version before and of a user alone have none to ask.
 */
#ifndef HOLDFAST_LEADERCTL_H
#define HOLDFAST_LEADERCTL_H

#include <stdint.h>
#include <sys/types.h>

#include "leadctl.h"

/*
 * Who holds session ID of UID: 0 with *R filled.  -ENOENT: no such session; -ECONNREFUSED: its leader is dead;
 * -ETIMEDOUT, -EAGAIN: it hangs; another negative errno.
 */
int leaderctl_who(uid_t uid, uint32_t id, int timeout_ms, struct leadctl_reply *r);
/*
 * Ends session ID of UID by force, for root: SIGKILL to its keeper and all its processes, by its leader or, if that
 * is dead or hangs, by the register of leaders (common/leadreg.h), and then the leader goes too.  Waits until they are
 * gone, at most TIMEOUT_MS for each step.  0; -ENOENT: no such session; -EPERM: not root; -ETIMEDOUT: something is left.
 */
int leaderctl_kill(uid_t uid, uint32_t id, int timeout_ms);
/*
 * Sees to it, for root, that session ID of UID is over, of which its keeper has said that: a keeper that is there at
 * UNTIL_MS (clock_now_ms) still is killed, with all processes of the session.  0; -ETIMEDOUT: it has not gone within
 * TIMEOUT_MS.
 */
int leaderctl_finish(uid_t uid, uint32_t id, uint64_t until_ms, int timeout_ms);

#endif
