/* SPDX-License-Identifier: MIT */
/* grouplist: the groups of a user in the user database, as from getgrouplist(3).  Asks the name service. */
#ifndef HOLDFAST_GROUPLIST_H
#define HOLDFAST_GROUPLIST_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The ids of the groups of USER, whose primary group is GID, in *IDS (the caller's to free, also after an error): how
 * many, or a negative errno.
 */
int grouplist_ids(const char *user, gid_t gid, gid_t **ids);
/*
 * The names of these groups, ended by NULL; NULL: no memory, or the groups are unknown.  A group without a name is
 * skipped.  grouplist_free frees them.
 */
char **grouplist_names(const char *user, gid_t gid);
void grouplist_free(char **names);
/* Whether USER is in the group GID; false for a user that the user database does not have. */
bool grouplist_has(const char *user, gid_t gid);

#endif
