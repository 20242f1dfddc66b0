/* SPDX-License-Identifier: MIT */
/* daemonlink: a socket to holdfastd (common/messages/vouch.h) for questions that do not wait to be accepted. */
#ifndef HOLDFAST_DAEMONLINK_H
#define HOLDFAST_DAEMONLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ticket.h"

/*
 * Connects without waiting: a descriptor that does not block, or a negative errno: -ENOENT or -ECONNREFUSED: holdfastd
 * is not there; -EAGAIN: its queue is full; -EPERM: another user listens there.
 */
int daemonlink_open(void);
/*
 * Says why this login is not held, or not in the session that was there (notheld.h): sends and does not wait.  T may be
 * none.  OF_SSHD: the shell is the one that sshd itself has started.  Whatever fails is lost.
 */
void daemonlink_say(const struct ticket *t, bool of_sshd, uint32_t cause, uint32_t number);

#endif
