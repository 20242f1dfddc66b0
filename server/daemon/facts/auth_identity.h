/* SPDX-License-Identifier: MIT */
/*
 * auth_identity: makes a login's identity (common/run/identity.h), and a text for people, from the completed
 * authentication methods in its record.
 *
 * The identity is the SHA-256 of "user NAME" and a sorted list of canonical lines, one for each completed step, each
 * ended by a newline.  It contains the name because one uid can have several names, each with a home and a shell, and
 * because a new user can get the uid of a removed one.  Two steps of one class are two lines: password and then
 * keyboard-interactive proves more than one of them.
 *   publickey TYPE BLOB        without the rest: FIDO keys have a counter there that changes at each login
 *   publickey-cert CA ID       a certificate: the fingerprints of its CA's key and of its key id, so that a renewed
 *                              certificate is the same identity; of the certified key if there is no key id
 *   password                   also for every keyboard-interactive
 *   gssapi PRINCIPAL           for every gssapi-*
 *   hostbased KEY USER, HOST   as sshd wrote it ("client user … client host …"), with the host's key: the client
 *                              chooses the name, which may differ from the one that sshd has looked up
 * and any other method as sshd wrote it.
 */
#ifndef HOLDFAST_AUTH_IDENTITY_H
#define HOLDFAST_AUTH_IDENTITY_H

#include <sys/types.h>

#include "bounds.h"
#include "identity.h"
#include "record.h"

/*
 * FORMER is the identity without the name, which sessions of older versions have.  WHO becomes "publickey SHA256:…"
 * with the fingerprint that ssh-keygen -l prints; several methods are joined by commas.  0, or -ENOMEM.  No methods:
 * the unknown identity and "".
 */
int auth_identity(const struct record *r, struct identity *id, struct identity *former, char who[WHO_CAP]);
/* The identity of all logins of UID by the name USER with MatchKey no; USER NULL: the one of older versions. */
void auth_identity_of_uid(uid_t uid, const char *user, struct identity *id);

#endif
