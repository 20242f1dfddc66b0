/* SPDX-License-Identifier: MIT */
/* privdrop: become a user for good. */
#ifndef HOLDFAST_PRIVDROP_H
#define HOLDFAST_PRIVDROP_H

#include <sys/types.h>

/*
 * Sets all group and user ids to GID and UID and proves that they can't be changed back and that no capability is
 * left (not for uid 0, who keeps everything).  The supplementary groups are those that the caller has set.
 * 0; -EPERM when the proof fails; another negative errno.  After an error the process must end.
 */
int privdrop(uid_t uid, gid_t gid);

#endif
