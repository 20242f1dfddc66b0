/* SPDX-License-Identifier: MIT */
/*
 * loginshell: whether a process is a login shell that sshd itself has executed, and nothing since.
 *
 * The name "-bash" proves nothing: "exec -l /bin/rbash" in a forced command has it, the same pid and the same parent.
 * What a shell leaves behind in whatever it executes does: every shell that runs "sshd's command" with -c exports at
 * least one of PWD, OLDPWD, SHLVL and _, and most put the environment into another order.  So a process is a login
 * shell fresh from sshd when
 *   - its arguments are one word, "-" and the last part of the shell's path,
 *   - it runs that shell's file,
 *   - its initial environment (environ in proc(5)) has USER, LOGNAME and HOME next to each other in this order, SHELL
 *     with the shell's path, SSH_CONNECTION and SSH_TTY, the login's ticket, and none of the above names nor
 *     SSH_ORIGINAL_COMMAND.
 * OpenSSH makes that environment in do_setup_env (session.c; the same from 7 to 10).  A fork of the shell looks like
 * the shell.  Any doubt, also one that AcceptEnv, PAM or SetEnv causes by one of these names, is a no.
 */
#ifndef HOLDFAST_LOGINSHELL_H
#define HOLDFAST_LOGINSHELL_H

#include <stddef.h>

#include "envlist.h"

struct loginshell {
	const char *shell;  /* its path in the user database; NULL: what the process' own SHELL says */
	const char *ticket; /* HOLDFAST_TICKET; NULL: there is none */
};

/*
 * Checks the process whose /proc directory DIR is (procstat_open): 0; -ENOEXEC when it is no such shell, with *why a
 * constant that says so; another negative errno when that can't be found out, *why says at what.
 */
int loginshell_check(int dir, const struct loginshell *want, const char **why);
/*
 * The environment that the process was executed with, in *OUT (empty before, the caller's to free); what is not
 * NAME=value is left out.  0; -E2BIG over the bounds of a message; -ENOMEM; or another negative errno.
 */
int loginshell_environment(int dir, struct envlist *out);

#endif
