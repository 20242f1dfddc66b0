/* SPDX-License-Identifier: MIT */
/* enter_vouched: who vouches for the process that enters a session; for enter.c. */
#ifndef HOLDFAST_ENTER_VOUCHED_H
#define HOLDFAST_ENTER_VOUCHED_H

#include "enter_private.h"

/*
 * Asks holdfastd for the facts of this login; without holdfastd the login can still enter running sessions.  0 with the
 * facts in E->vouching; -EACCES: holdfastd refuses, or there is no ticket; -EINTR; another negative errno.
 */
int enter_vouched_ask(struct enter *e);
/*
 * The same before a session is started: if there is no login, the session that this process comes out of vouches for it.
 * 0 or a negative errno.
 */
int enter_vouched_start(struct enter *e);

#endif
