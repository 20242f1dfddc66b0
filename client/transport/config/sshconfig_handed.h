/* SPDX-License-Identifier: MIT */
/* sshconfig_handed: which of the values that are noted for ssh count. */
#ifndef HOLDFAST_SSHCONFIG_HANDED_H
#define HOLDFAST_SSHCONFIG_HANDED_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

/*
 * Whether one counts: the first one's WHY (CAP bytes) is "Keyword: reason".  UNSAFE: only those that must not be
 * ignored where there is no ssh.
 */
bool sshconfig_handed(const struct sshconfig *c, bool unsafe, char *why, size_t cap);
/* Adds "Keyword: reason" of each one that counts and may be ignored where there is no ssh to *LIST: 0 or -ENOMEM. */
int sshconfig_handed_all(const struct sshconfig *c, char ***list);

#endif
