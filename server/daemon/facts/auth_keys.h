/* SPDX-License-Identifier: MIT */
/* auth_keys: the keys that a login was authenticated with, as "Match Key" in holdfast.conf(5) compares them. */
#ifndef HOLDFAST_AUTH_KEYS_H
#define HOLDFAST_AUTH_KEYS_H

#include "record.h"

#define AUTH_KEYS 4        /* further ones are not compared */
#define AUTH_KEY_CAP 128   /* with the NUL; a longer key id is left out */

/*
 * The fingerprints ("SHA256:…") of the public keys in R, and the key ids of certificates, into KEYS; "" behind the last one.
 * KEYS is to be zero before.
 */
void auth_keys(const struct record *r, char keys[AUTH_KEYS][AUTH_KEY_CAP]);

#endif
