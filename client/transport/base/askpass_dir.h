/* SPDX-License-Identifier: MIT */
/*
 * askpass_dir: the directory of the questions of an ssh that is our child (askpass.h), in XDG_RUNTIME_DIR or /tmp.
 *
 * Its process holds a lock (flock(2)) on it.  A client that is killed leaves its directory behind, and the next one
 * that makes a directory there removes those that nobody holds.
 */
#ifndef HOLDFAST_ASKPASS_DIR_H
#define HOLDFAST_ASKPASS_DIR_H

#include <stddef.h>

#define ASKPASS_NAME "holdfast-askpass" /* the link in it */
#define ASKPASS_OUT "out"
#define ASKPASS_SHARED "shared" /* ssh's socket */

/* Makes it: a descriptor that holds the lock, and DIR is its path; or a negative errno, and DIR is "". */
int askpass_dir_make(char *dir, size_t cap);

#endif
