/* SPDX-License-Identifier: MIT */
/* auth_keys: the keys that a login authenticated with, in the form of "Match Key" in holdfast.conf(5). */
#ifndef HOLDFAST_AUTH_KEYS_H
#define HOLDFAST_AUTH_KEYS_H

#include "record.h"

#define AUTH_KEYS 4        /* further keys are not compared */
#define AUTH_KEY_CAP 128   /* with the NUL; longer key ids are skipped */

/*
 * The fingerprints ("SHA256:…") of the public keys in R, and the key ids of certificates, into KEYS; "" behind the
 * last one. The caller zeroes KEYS before.
 */
void auth_keys(const struct record *r, char keys[AUTH_KEYS][AUTH_KEY_CAP]);

#endif
