/* SPDX-License-Identifier: MIT */
/* sshconfig_expand: ~, %-tokens and ${NAME} in the values that ssh -G and files have as they were written. */
#ifndef HOLDFAST_SSHCONFIG_EXPAND_H
#define HOLDFAST_SSHCONFIG_EXPAND_H

#include <stdbool.h>

#include "sshconfig.h"

/* A proxy's command has the tokens %%, %h, %n, %p and %r only; its ${NAME} is the shell's. */
enum { EXPAND_TILDE = 1, EXPAND_TOKENS = 2, EXPAND_VARIABLES = 4, EXPAND_PROXY = 8 };

/* Puts in what WHAT says; NULL: out of memory, an unknown token, or a variable or user that is not there. */
char *sshconfig_expand_only(const struct sshconfig *c, const char *text, unsigned what);
/* ~, %-tokens and ${NAME}. */
char *sshconfig_expand(const struct sshconfig *c, const char *text);
/* Whether host and user can be put into a command for a shell: as ssh has it, no character that a shell acts on. */
bool sshconfig_plain_names(const struct sshconfig *c);
/*
 * When all is read: the user's and the host's name where none is said, and the values expanded, but for what ssh -G has
 * PRINTED expanded.  0, -ENOMEM, or -EINVAL: a value cannot be expanded, WHY (CAP bytes) names it.  If it was printed,
 * an ssh is there, and the value is handed to it instead.
 */
int sshconfig_finish(struct sshconfig *c, bool printed, char *why, size_t cap);

#endif
