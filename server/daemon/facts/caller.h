/* SPDX-License-Identifier: MIT */
/*
 * caller: whether a process is a plain descendant of a login's sshd, and whether it is the hook of a shell that this sshd
 * has executed.
 *
 * The ticket is in the environment of everything that a login starts, so it proves nothing alone: a process that
 * the user has put into a sandbox could use it to have a shell started outside.  So the process must have the login's
 * uid, a chain of parents that ends at the recorded sshd, that sshd's (and our own) namespaces and root directory, the
 * same restrictions (NoNewPrivs, seccomp, bounding set) as that sshd and we, and the login's LSM label.
 */
#ifndef HOLDFAST_CALLER_H
#define HOLDFAST_CALLER_H

#include "login.h"

#define PEER_CHAIN_MAX 64

/*
 * Checks the process at the other end of CONN (a connected unix socket, borrowed) against L.
 * 0; -EPERM when it isn't such a process, with *why a constant that says so; another negative errno when that can't
 * be found out, *why says at what.
 */
int caller_check(int conn, const struct login *l, const char **why);
/*
 * The same, for the hook of a login shell: besides, what sshd has executed last is SHELL, the one in the user database,
 * as a login shell with TICKET's environment (common/loginshell.h); nothing but forks of that lies between it and the
 * caller; and it has the ids, groups, capabilities and cgroup that sshd gave it.  When that is not so: -ENOEXEC; -EPERM
 * is left for a shell of sshd's that is confined.
 */
int caller_check_hook(int conn, const struct login *l, const struct ticket *ticket, const char *shell,
                    const char **why);
/*
 * As caller_check, of the process PID: whoever says that number makes sure that it still is the process that it was taken
 * for.
 */
int caller_check_pid(pid_t pid, const struct login *l, const char **why);

#endif
