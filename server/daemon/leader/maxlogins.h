/* SPDX-License-Identifier: MIT */
/*
 * maxlogins: the limits of limits.conf(5) that held sessions count against.
 *
 * pam_limits refuses a login when the user has maxlogins already, and some versions of it count every session of
 * logind's, held ones too.  A held session must not lock its user out: a leader makes one only if pam_limits would let
 * in another login afterwards.
 */
#ifndef HOLDFAST_MAXLOGINS_H
#define HOLDFAST_MAXLOGINS_H

#include <sys/types.h>

/*
 * Whether a session may be made for USER, whose leader is in the register (register.h) already: 0; -EDQUOT when the
 * logins that pam_limits counts and the held sessions of the same users leave no room for one more login; or another
 * negative errno.
 */
int maxlogins_check(const char *user, uid_t uid, gid_t gid);

#endif
