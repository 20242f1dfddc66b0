/* SPDX-License-Identifier: MIT */
/*
 * auth_remembered: how the last login to an account succeeded, for the first connection of the next client.
 *
 * That begins as a connection that replaces another one does (struct target_login): without the question for the
 * methods, and with a file without asking whether its key would do; a round trip less, or two.  Only what the configuration would try anyway is
 * remembered: the name of a key file, or a public key that the agent has; never a secret, and no certificate.
 */
#ifndef HOLDFAST_AUTH_REMEMBERED_H
#define HOLDFAST_AUTH_REMEMBERED_H

#include "auth.h"

/* Fills in target->login before the first connection.  Whether there was anything. */
bool auth_remembered_get(struct auth *a);
/* This login has succeeded. */
void auth_remembered_put(const struct auth *a);

#endif
