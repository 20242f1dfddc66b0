/* SPDX-License-Identifier: MIT */
/*
 * hookshell: checks the login shell whose start-up files have run this process, with the user's rights.  holdfastd
 * checks more, with root's (server/daemon/facts/caller.h); this is for hosts without it.
 */
#ifndef HOLDFAST_HOOKSHELL_H
#define HOLDFAST_HOOKSHELL_H

#include <stdbool.h>

#include "envlist.h"
#include "ticket.h"

/*
 * Whether sshd itself has executed the shell, with the ticket T (NULL: none), and it has executed nothing since,
 * according to /proc.  A parent that /proc hides (hidepid) counts as sshd.
 */
bool hookshell_is_sshds(const struct ticket *t);
/* Whether the shell's parent calls itself sshd; for a shell without a terminal, of which less can be known. */
bool hookshell_is_below_sshd(void);
/* The shell's initial environment: as loginshell_environment. */
int hookshell_environment(struct envlist *out);

#endif
