/* SPDX-License-Identifier: MIT */
/* daemonlink: says to holdfastd why a login is not held (common/messages/vouch.h). */
#ifndef HOLDFAST_DAEMONLINK_H
#define HOLDFAST_DAEMONLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ticket.h"

/*
 * Says why this login is not held, or not in the session that was there (notheld.h): sends and does not wait.  T may be
 * none.  OF_SSHD: the shell is the one that sshd itself has started.  Whatever fails is lost.
 */
void daemonlink_say(const struct ticket *t, bool of_sshd, uint32_t cause, uint32_t number);

#endif
