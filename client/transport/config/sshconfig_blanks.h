/* SPDX-License-Identifier: MIT */
/* sshconfig_blanks: whether names of files, which `ssh -G` prints without quotes, can be read two ways. */
#ifndef HOLDFAST_SSHCONFIG_BLANKS_H
#define HOLDFAST_SSHCONFIG_BLANKS_H

#include <stdbool.h>

#include "sshconfig.h"

/*
 * Whether a name in LINE, "keyword name name", may have a blank in it: then only ssh knows which files are meant.
 * False for keywords that have no list of files.  It looks for directories whose names end before a slash with a blank.
 */
bool sshconfig_blanks(const struct sshconfig *c, const char *line);

#endif
