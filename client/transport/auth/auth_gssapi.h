/* SPDX-License-Identifier: MIT */
/* auth_gssapi: gssapi-with-mic, where there are tickets. */
#ifndef HOLDFAST_AUTH_GSSAPI_H
#define HOLDFAST_AUTH_GSSAPI_H

#include "auth.h"

/*
 * A method, see auth.h.  Without a ticket it denies at once: neither the host nor the KDC hears of it.  A try in vain would
 * be one of those that sshd counts (MaxAuthTries).
 */
int auth_gssapi(struct auth *a);
/* Whether it would.  The DNS may be asked only where there are tickets in several caches. */
bool auth_gssapi_without_ticket(const struct auth *a);

#endif
