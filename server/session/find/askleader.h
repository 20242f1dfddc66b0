/* SPDX-License-Identifier: MIT */
/*
 * askleader: queries a session's leader (common/messages/leaderctl.h), which answers in any state of its keeper.  Sessions of
 * older versions and rootless ones have no leader to ask.
 */
#ifndef HOLDFAST_ASKLEADER_H
#define HOLDFAST_ASKLEADER_H

#include <stdint.h>
#include <sys/types.h>

#include "leaderctl.h"

/*
 * The processes of session ID of UID: 0 with *R filled.  -ENOENT: no such session; -ECONNREFUSED: its leader is dead;
 * -ETIMEDOUT, -EAGAIN: the leader hangs; another negative errno.
 */
int askleader_who(uid_t uid, uint32_t id, int timeout_ms, struct leaderctl_reply *r);
/*
 * The program that the leader of session ID of UID runs.  0 with *V filled; -EPIPE: one of a version that does not say;
 * else as above.
 */
int askleader_version(uid_t uid, uint32_t id, int timeout_ms, struct leaderctl_version *v);
/* Who is attached to session ID of UID, as its leader knows it: as askleader_version(). */
int askleader_attached(uid_t uid, uint32_t id, int timeout_ms, struct leaderctl_attached *a);
/*
 * Ends session ID of UID by force, for root: SIGKILL to its keeper and all its processes, by its leader or, if that
 * is dead or hangs, by the register of leaders (common/run/leaderreg.h), and then the leader ends too.  Waits until they
 * have ended, at most TIMEOUT_MS for each step.  0; -ENOENT: no such session; -EPERM: not root; -ETIMEDOUT: a process
 * is left.
 */
int askleader_kill(uid_t uid, uint32_t id, int timeout_ms);
/*
 * For root: makes sure that session ID of UID has ended after its keeper said so.  Kills a keeper that still runs at
 * UNTIL_MS (clock_now_ms), with all processes of the session.  0; -ETIMEDOUT: it has not ended within TIMEOUT_MS.
 */
int askleader_finish(uid_t uid, uint32_t id, uint64_t until_ms, int timeout_ms);

#endif
