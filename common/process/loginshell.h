/* SPDX-License-Identifier: MIT */
/*
 * loginshell: whether a process is a login shell that sshd itself has executed, and has executed nothing since.
 *
 * The name "-bash" proves nothing: "exec -l /bin/rbash" in a forced command has this name, the same pid and the same
 * parent. The environment proves more: a shell that runs "sshd's command" with -c exports at least one of PWD,
 * OLDPWD, SHLVL and _ to the programs that it executes, and most shells change the order of the environment.  So a
 * process is a login shell fresh from sshd when
 *   - its arguments are one word, "-" and the last part of the shell's path,
 *   - it runs that shell's file,
 *   - its initial environment (environ in proc(5)) has USER, LOGNAME and HOME next to each other in this order, SHELL
 *     with the shell's path, SSH_CONNECTION and SSH_TTY, the login's ticket, and none of the above names nor
 *     SSH_ORIGINAL_COMMAND.
 * OpenSSH makes that environment in do_setup_env (session.c; the same from 7 to 10).  A fork of the shell looks like
 * the shell.  Any doubt means no, also when AcceptEnv, PAM or SetEnv put one of these names there.
 */
#ifndef HOLDFAST_LOGINSHELL_H
#define HOLDFAST_LOGINSHELL_H

#include <stddef.h>

#include "envlist.h"

struct loginshell {
	const char *shell;  /* its path in the user database; NULL: the path in the process' own SHELL */
	const char *ticket; /* HOLDFAST_TICKET; NULL: there is none */
};

/*
 * Checks the process whose /proc directory DIR is (procstat_open): 0; -ENOEXEC: not such a
 * shell, and *why is a constant with the reason; another negative errno: cannot tell, and *why says at which step.
 */
int loginshell_check(int dir, const struct loginshell *want, const char **why);
/*
 * The environment that the process was executed with, in *OUT (empty before, the caller's to free), without
 * entries that are not NAME=value.  0; -E2BIG over the bounds of a message; -ENOMEM; or another negative errno.
 */
int loginshell_environment(int dir, struct envlist *out);

#endif
