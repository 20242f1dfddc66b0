/* SPDX-License-Identifier: MIT */
/*
 * rootfork: whether a root process has forked this process, which has then become a user's and has executed nothing
 * since. Such a process does root's work as that user: for example an sshd that connects to a socket for a login whose
 * key may only forward ports.
 */
#ifndef HOLDFAST_ROOTFORK_H
#define HOLDFAST_ROOTFORK_H

/*
 * Looks at the process that connected to CONN (SO_PEERCRED): 0: not such a process; -EPERM: such a process; -EACCES: no
 * permission to examine its parent; another negative errno: the process has ended or changed.  Only root may see which
 * program a root process runs; other callers compare the names (comm) instead.
 */
int rootfork_check_peer(int conn);

#endif
