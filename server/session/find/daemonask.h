/* SPDX-License-Identifier: MIT */
/* daemonask: asks holdfastd for files of this process's user, without a ticket (common/messages/vouch.h). */
#ifndef HOLDFAST_DAEMONASK_H
#define HOLDFAST_DAEMONASK_H

#include "vouch.h"

#define DAEMONASK_WAIT_MS 2000

/*
 * Sends OP, and gets the answer WANT into *REPLY: 0 with its descriptors in FDS (the caller's; -1: none); -ENOENT or
 * -ECONNREFUSED: holdfastd is not there; -EPROTO: it is too old to know; another negative errno.
 */
int daemonask(enum vouch_op op, enum vouch_reply_type want, struct vouch_reply *reply, int fds[VOUCH_FILES]);
/*
 * The same for the request Q over SOCK, a connection to holdfastd or to a helper that is there already (borrowed), until
 * DEADLINE_MS (clock_now_ms).
 */
int daemonask_over(int sock, const struct vouch_request *q, enum vouch_reply_type want, uint64_t deadline_ms,
                   struct vouch_reply *reply, int fds[VOUCH_FILES]);

#endif
