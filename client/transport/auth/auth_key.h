/* SPDX-License-Identifier: MIT */
/* auth_key: public keys: those of the agent, and key files. */
#ifndef HOLDFAST_AUTH_KEY_H
#define HOLDFAST_AUTH_KEY_H

#include "auth.h"

/* A method, see auth.h. */
int auth_publickey(struct auth *a);
/* The same with the key alone that the last connection logged in with: a signature at once. */
int auth_key_again(struct auth *a);

#endif
