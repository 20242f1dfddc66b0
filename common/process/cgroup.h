/* SPDX-License-Identifier: MIT */
/* cgroup: the cgroup in which systemd keeps a process; it decides about the limits and the end of the process. */
#ifndef HOLDFAST_CGROUP_H
#define HOLDFAST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bounds.h"

/*
 * Finds systemd's path in the LEN bytes of a /proc/PID/cgroup file (cgroups(7)): the line of the hierarchy
 * "name=systemd" or, if that is missing or at its root, of the unified hierarchy.  *ROOT is the mount point of that
 * hierarchy. 0; -ENOENT: neither line exists; -ENAMETOOLONG.
 */
int cgroup_parse(const char *text, size_t len, char path[PATH_CAP], const char **root);
/* The same for the process with the /proc directory DIR. */
int cgroup_read(int dir, char path[PATH_CAP], const char **root);
/* Whether PATH is a session of logind's of any user: ….slice/session-X.scope. */
bool cgroup_is_scope(const char *path);
/* Whether PATH is a session of logind's of UID: …/user-UID.slice/session-X.scope. */
bool cgroup_is_session_of(const char *path, uid_t uid);
/* Whether systemd and logind run on this host: then each login has such a session. */
bool cgroup_has_logind(void);

#endif
