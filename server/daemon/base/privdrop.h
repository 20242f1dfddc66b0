/* SPDX-License-Identifier: MIT */
/* privdrop: become a user for good. */
#ifndef HOLDFAST_PRIVDROP_H
#define HOLDFAST_PRIVDROP_H

#include <sys/types.h>

/*
 * Sets all group and user ids to GID and UID, and proves that the process cannot change them back and has no
 * capability left (except for uid 0, which keeps everything).  The caller sets the supplementary groups before. 0;
 * -EPERM: the proof failed; another negative errno.  After an error the process must end.
 */
int privdrop(uid_t uid, gid_t gid);

#endif
