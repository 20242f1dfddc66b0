/* SPDX-License-Identifier: MIT */
/* forced: whether sshd's configuration has a ForceCommand in place of a user's login shell. */
#ifndef HOLDFAST_FORCED_H
#define HOLDFAST_FORCED_H

#include <stdbool.h>

#define FORCED_WORDS "sshd runs a ForceCommand in place of the login shell"

/*
 * Whether this login of USER, which has asked for no command, gets a ForceCommand of sshd_config.  No where its files
 * cannot be read, or where a Match block has criteria besides User, Group and Address.
 */
bool forced_by_sshd(const char *user);

#endif
