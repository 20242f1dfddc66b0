/* SPDX-License-Identifier: MIT */
/*
 * auth_identity: from the completed authentication methods in a login's record to its identity (common/identity.h)
 * and to a text for people.
 *
 * The identity is the SHA-256 of "user NAME" and a sorted list of canonical lines, one for each completed step, each
 * ended by a newline.  The name is in it because one uid can have several, with a home and a shell of its own each, and
 * because the uid of a user who is gone can be another's.  Two steps of one class are two lines: password and then keyboard-interactive is more than one of them.
 *   publickey TYPE BLOB        what follows is left out: FIDO keys have a counter there, another one at each login
 *   publickey-cert CA ID       a certificate: the fingerprints of its CA's key and of its key id, so that a renewed
 *                              certificate stands for the same person; of the certified key when it has no key id
 *   password                   also for every keyboard-interactive
 *   gssapi PRINCIPAL           for every gssapi-*
 *   hostbased KEY USER, HOST   as sshd wrote it ("client user … client host …"), with the host's key: the name is what
 *                              the client says, and may be another than the one that sshd has looked up
 * and any other method as sshd wrote it.
 */
#ifndef HOLDFAST_AUTH_IDENTITY_H
#define HOLDFAST_AUTH_IDENTITY_H

#include <sys/types.h>

#include "bounds.h"
#include "identity.h"
#include "record.h"

/*
 * FORMER is the identity without the name: sessions that were started before it was part of it have that.  WHO becomes "publickey SHA256:…" with the fingerprint that ssh-keygen -l prints; several methods are joined by
 * commas.  0, or -ENOMEM.  No methods: the unknown identity and "".
 */
int auth_identity(const struct record *r, struct identity *id, struct identity *former, char who[WHO_CAP]);
/* The identity that all logins of UID by the name USER have where MatchKey is no; USER NULL: as it was formerly. */
void auth_identity_of_uid(uid_t uid, const char *user, struct identity *id);

#endif
