/* SPDX-License-Identifier: MIT */
/* auth_key: public keys: those of the agent, and key files. */
#ifndef HOLDFAST_AUTH_KEY_H
#define HOLDFAST_AUTH_KEY_H

#include "auth.h"

/* A method, see auth.h. */
int auth_publickey(struct auth *a);
/*
 * The same with the key alone that the last connection logged in with: a signature at once.  Asks the person nothing: a
 * file whose passphrase is not in the store is left to auth_publickey.
 */
int auth_key_again(struct auth *a);
/*
 * The key that auth_publickey would offer first: 0, *TEXT (base64) being the caller's, and *FILE its file, NULL: the
 * agent has it.  A negative errno: there is none, or none that is known before; as with any certificate.
 */
int auth_key_first(struct auth *a, char **text, const char **file);

#endif
