/* SPDX-License-Identifier: MIT */
/*
 * hookshell: the login shell whose start-up files have run us, seen by its own user.  holdfastd looks at it with more
 * right (server/daemon/facts/caller.h); this is for where there is none.
 */
#ifndef HOLDFAST_HOOKSHELL_H
#define HOLDFAST_HOOKSHELL_H

#include <stdbool.h>

#include "envlist.h"
#include "ticket.h"

/*
 * Whether sshd itself has executed it, with the ticket T (NULL: none), and nothing since, as far as /proc says: a parent
 * that /proc hides from us (hidepid) can be sshd.
 */
bool hookshell_is_sshds(const struct ticket *t);
/* What it was executed with: as loginshell_environment. */
int hookshell_environment(struct envlist *out);

#endif
