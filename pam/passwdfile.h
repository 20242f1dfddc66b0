/* SPDX-License-Identifier: MIT */
/* passwdfile: a uid from /etc/passwd alone. The name service may hang, and sshd has no timer around a PAM module. */
#ifndef HOLDFAST_PASSWDFILE_H
#define HOLDFAST_PASSWDFILE_H

#include <stdint.h>

/*
 * 0 and *UID, or -ENOENT and *UID 0: the file cannot be read, has no line for NAME or one of uid 4294967295, or a line
 * before it is longer than 4094 bytes, which ends the search.  Malformed lines are passed over (passwd(5)).
 */
int passwdfile_uid(const char *name, uint32_t *uid);

#endif
