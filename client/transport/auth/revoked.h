/* SPDX-License-Identifier: MIT */
/*
 * revoked: the files of RevokedHostKeys: a public key a line, as ssh_config(5) has it.
 *
 * A file that cannot be read, or has a line that is no key, refuses every host, as with ssh.  A key revocation list
 * (ssh-keygen(1)), and a line with a certificate, only ssh can read.
 */
#ifndef HOLDFAST_REVOKED_H
#define HOLDFAST_REVOKED_H

#include <stdbool.h>
#include <stddef.h>

enum revoked { REVOKED_NO, REVOKED_YES, REVOKED_FOR_SSH, REVOKED_BAD };

/* Whether FILE has the KEY (base64): for REVOKED_BAD WHY (CAP bytes) says what is wrong with the file. */
enum revoked revoked_check(const char *file, const char *key, char *why, size_t cap);
/* Whether only ssh can read FILE. */
bool revoked_for_ssh(const char *file);

#endif
