/* SPDX-License-Identifier: MIT */
/*
 * auth_remembered: how the last login to an account succeeded, for the first connection of the next client.
 *
 * That begins as a connection that replaces another one does (struct target_login): without the question for the
 * methods, and with a file without asking whether its key would do; a round trip less, or two.
 *
 * Only for the key that the configuration and the agent of this moment put first, and if that key logged in last: the
 * host then takes the key that ssh would have had taken, and any other key has its turn in ssh's order.  A key that
 * came second is not remembered for that: the first one may be accepted by now.  Nothing is asked on this way.  The
 * file has a hash of the public key, never a secret.  (A host that since then lets everybody in without a key sees a
 * key all the same.)
 */
#ifndef HOLDFAST_AUTH_REMEMBERED_H
#define HOLDFAST_AUTH_REMEMBERED_H

#include "auth.h"

/* Fills in target->login before the first connection.  Whether there was anything. */
bool auth_remembered_get(struct auth *a);
/* This login has succeeded. */
void auth_remembered_put(const struct auth *a);

#endif
