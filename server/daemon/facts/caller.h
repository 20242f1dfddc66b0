/* SPDX-License-Identifier: MIT */
/*
 * caller: checks that a process belongs to a login, and whether it is the hook of a shell that the login's sshd has
 * executed; or that it belongs to a held session.
 *
 * The ticket is in the environment of every process that a login starts, so the ticket alone proves nothing: a
 * process in a sandbox of the user could use it to get a shell outside.  So the process must have the login's uid, a
 * chain of parents that ends at the recorded sshd, that sshd's (and our own) namespaces and root directory, the same
 * restrictions (NoNewPrivs, seccomp, bounding set) as that sshd and we, and the login's LSM label.
 *
 * For a session its leader, which the register of leaders names (leaderreg.h), stands in that sshd's place, and the
 * shell that the register has with it is the process below.  A process that has lost its parent belongs to no session.
 */
#ifndef HOLDFAST_CALLER_H
#define HOLDFAST_CALLER_H

#include "leaderreg.h"
#include "login.h"
#include "procfile.h"

#define PEER_CHAIN_MAX 64

/*
 * Checks the process at the other end of CONN (a connected unix socket, borrowed) against L.
 * 0; -EPERM: the process does not belong to the login, and *why is a constant with the reason; -EXDEV: it does, but
 * the login's sshd and we do not live in one place, and *why is the difference ("another mount namespace"); another
 * negative errno: cannot tell, and *why says at which step.
 */
int caller_check(int conn, const struct login *l, const char **why);
/*
 * The same for the hook of a login shell.  Also checks that sshd's last execution was SHELL, the one in the user
 * database, as a login shell with TICKET's environment (common/process/loginshell.h); that only forks of this shell stand
 * between it and the caller; and that it has the ids, groups, capabilities and cgroup that sshd gave it.  If one of
 * these is false: -ENOEXEC; -EPERM means a confined shell of sshd's.
 */
int caller_check_hook(int conn, const struct login *l, const struct ticket *ticket, const char *shell,
                    const char **why);
/*
 * As caller_check, for the process PID.  The one that names the number must make sure that no other process has got it.
 */
int caller_check_pid(pid_t pid, const struct login *l, const char **why);

/*
 * The session that the process at the other end of CONN comes out of, in *SESSION, and that process's LSM label.  Besides
 * the above, all processes from it up to the session's shell must have the user's uids, and it must be in the leader's
 * cgroup: what confines resources there would not confine another session.  0; -ECHILD: it comes out of no session;
 * -EPERM: it does, but is another user's or confined; -EXDEV and others: as above.
 */
int caller_check_session(int conn, struct leaderreg *session, char label[PROCFILE_LABEL_CAP], const char **why);
/* The LSM label of the process at the other end of CONN: 0 or a negative errno. */
int caller_label(int conn, char label[PROCFILE_LABEL_CAP]);

#endif
