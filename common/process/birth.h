/* SPDX-License-Identifier: MIT */
/*
 * birth: the time at which a directory was made.  If an account was removed and made anew, with the same name and uid,
 * its home directory has another birth time.  This separates the new user's logins from the old user's sessions,
 * independently of the clock.
 */
#ifndef HOLDFAST_BIRTH_H
#define HOLDFAST_BIRTH_H

#include <stdint.h>

/*
 * The birth time of the file at PATH, in nanoseconds; 0 if unknown: no such file, a file system that keeps no birth
 * time (NFS), or an overlay, where the first write changes it.
 */
uint64_t birth_of(const char *path);

#endif
