/* SPDX-License-Identifier: MIT */
/* sshconfig_expand: ~, %-tokens and ${NAME} in the values that ssh -G and files have as they were written. */
#ifndef HOLDFAST_SSHCONFIG_EXPAND_H
#define HOLDFAST_SSHCONFIG_EXPAND_H

#include <stdbool.h>

#include "sshconfig.h"

/* Puts in ~, %-tokens and ${NAME}; NULL: out of memory or an unknown token. */
char *sshconfig_expand(const struct sshconfig *c, const char *text);
/* Whether host and user can be put into a command for a shell: as ssh has it, no character that a shell acts on. */
bool sshconfig_plain_names(const struct sshconfig *c);
/* When all is read: the user's and the host's name where none is said, and the files' names expanded: 0 or -ENOMEM. */
int sshconfig_finish(struct sshconfig *c);

#endif
