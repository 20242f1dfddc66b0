/* SPDX-License-Identifier: MIT */
/* owndir: opens a directory only if the expected user owns it and no other user can change it. */
#ifndef HOLDFAST_OWNDIR_H
#define HOLDFAST_OWNDIR_H

#include <sys/types.h>

/*
 * Opens PATH below AT (AT_FDCWD), without following a symbolic link in its last part: a descriptor; -EPERM: the owner is not
 * OWNER, or the mode has a bit of FORBIDDEN; another negative errno (-ENOTDIR: no directory).
 */
int owndir_open(int at, const char *path, uid_t owner, mode_t forbidden);

#endif
