/* SPDX-License-Identifier: MIT */
/*
 * birth: when a directory was made.  An account that was removed and made anew, with the same name and uid, has another
 * home directory; that tells the new user's logins from the old one's sessions, whatever the clock said at either time.
 */
#ifndef HOLDFAST_BIRTH_H
#define HOLDFAST_BIRTH_H

#include <stdint.h>

/*
 * The time of birth of what is at PATH, in nanoseconds; 0 where that is not known: no such file, a file system that
 * keeps none (NFS), or an overlay, on which it changes with the first write.
 */
uint64_t birth_of(const char *path);

#endif
