/* SPDX-License-Identifier: MIT */
/*
 * identity_make: from the completed authentication methods in a login's record to its identity (common/identity.h)
 * and to a text for people.
 *
 * The identity is the SHA-256 of a sorted list without doubles of canonical lines, each ended by a newline:
 *   publickey TYPE BLOB        what follows is left out: FIDO keys have a counter there, another one at each login
 *   publickey-cert CA ID       a certificate: the fingerprints of its CA's key and of its key id, so that a renewed
 *                              certificate stands for the same person; of the certified key when it has no key id
 *   password                   also for every keyboard-interactive
 *   gssapi PRINCIPAL           for every gssapi-*
 * and any other method, hostbased too, as sshd wrote it.
 */
#ifndef HOLDFAST_IDENTITY_MAKE_H
#define HOLDFAST_IDENTITY_MAKE_H

#include "identity.h"
#include "bounds.h"
#include "record.h"

/*
 * WHO becomes "publickey SHA256:…" with the fingerprint that ssh-keygen -l prints; several methods are joined by
 * commas.  0, or -ENOMEM.  No methods: the unknown identity and "".
 */
int identity_make(const struct record *r, struct identity *id, char who[WHO_CAP]);

#endif
