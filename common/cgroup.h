/* SPDX-License-Identifier: MIT */
/* cgroup: where systemd has a process, which is what decides when it is ended and what limits it has. */
#ifndef HOLDFAST_CGROUP_H
#define HOLDFAST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bounds.h"

/*
 * Takes the path that systemd counts by out of the LEN bytes of a /proc/PID/cgroup file (cgroups(7)): the line of the
 * hierarchy "name=systemd" or, without one or at its root, of the unified hierarchy.  *ROOT is the mount point where it begins.
 * 0, -ENOENT when there is neither, -ENAMETOOLONG.
 */
int cgroup_parse(const char *text, size_t len, char path[PATH_CAP], const char **root);
/* The same of the process whose /proc directory DIR is. */
int cgroup_read(int dir, char path[PATH_CAP], const char **root);
/* Whether PATH is a session of logind's of any user: ….slice/session-X.scope. */
bool cgroup_is_scope(const char *path);
/* Whether PATH is a session of logind's of UID: …/user-UID.slice/session-X.scope. */
bool cgroup_is_session_of(const char *path, uid_t uid);
/* Whether this host has systemd and a logind that has been started: then each login has such a session. */
bool cgroup_has_logind(void);

#endif
