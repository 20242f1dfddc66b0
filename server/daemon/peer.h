/* SPDX-License-Identifier: MIT */
/*
 * peer: whether the process at the other end of a connection is a plain descendant of a login's sshd.
 *
 * The ticket is in the environment of everything that a login starts, so it proves nothing alone: a process that
 * the user has put into a sandbox could use it to have a shell started outside.  So the peer must have the login's
 * uid, a chain of parents that ends at the recorded sshd, that sshd's (and our own) mnt, user, pid and net
 * namespaces and root directory, the same restrictions (NoNewPrivs, seccomp, bounding set) as that sshd and we, and
 * the login's LSM label.
 */
#ifndef HOLDFAST_PEER_H
#define HOLDFAST_PEER_H

#include "login.h"

#define PEER_CHAIN_MAX 64

/*
 * Checks the peer of CONN (a connected unix socket, borrowed) against L.
 * 0; -EPERM when it isn't such a process, with *why a constant that says so; another negative errno when that can't
 * be found out, *why says at what.
 */
int peer_check(int conn, const struct login *l, const char **why);

#endif
