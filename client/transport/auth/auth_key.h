/* SPDX-License-Identifier: MIT */
/* auth_key: public keys: those of the agent, and key files. */
#ifndef HOLDFAST_AUTH_KEY_H
#define HOLDFAST_AUTH_KEY_H

#include "auth.h"

/* A method, see auth.h. */
int auth_publickey(struct auth *a);

#endif
