/* SPDX-License-Identifier: MIT */
/* target_argv: command lines: the words of -e, and the person's options as ssh or plink has them. */
#ifndef HOLDFAST_TARGET_ARGV_H
#define HOLDFAST_TARGET_ARGV_H

#include <stdbool.h>

#include "target_request.h"
#include "target_state.h"

/* What ssh prints first when it has logged in. */
#define TARGET_SIGN "holdfast:logged-in"

/*
 * Splits TEXT into words as a shell would ('…', "…", \), without expanding anything.  -EINVAL: a quote is open, or
 * there is no word at all; -ENOMEM.
 */
int target_split(const char *text, char ***words);
enum target_style target_style_of(char *const *command);
/* The options of REQUEST as a command of that STYLE has them: 0 or -ENOMEM. */
int target_options(const struct target_request *request, enum target_style style, char ***options);

/*
 * The words that connect: the command with its options, then the destination and the subsystem, or RUN ("-s", "resume"
 * not then).  AGAIN: not the first connection.  NULL: out of memory.
 */
char **target_transport_argv(const struct transport_target *t, bool subsystem, const char *run, bool again);
/*
 * A plain ssh with the person's own options, for a host without holdfast: the command of -e, or "ssh", its options,
 * FLAGS ("-t", "-N"; NULL: none), the destination, and WORDS (a command for the other end; NULL: none).  NULL: out of
 * memory.
 */
char **target_ssh_argv(const struct transport_target *t, char *const *flags, char *const *words);
/* Both of these are freed with it. */
void target_argv_free(char **argv);

#endif
