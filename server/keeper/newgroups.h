/* SPDX-License-Identifier: MIT */
/*
 * newgroups: groups that a login has and the session does not, because the user has got them since the session began.
 */
#ifndef HOLDFAST_NEWGROUPS_H
#define HOLDFAST_NEWGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether the process that made the connection FD, one of the caller's user, has a group that the caller has not. */
bool newgroups_has(int fd);
/* The comparison: whether one of the N groups at HAS is neither GID nor among the M at OURS. */
bool newgroups_differ(const gid_t *has, size_t n, gid_t gid, const gid_t *ours, size_t m);

#endif
