/* SPDX-License-Identifier: MIT */
/* sshconfig_run: the configuration as `ssh -G` prints it. */
#ifndef HOLDFAST_SSHCONFIG_RUN_H
#define HOLDFAST_SSHCONFIG_RUN_H

#include <stddef.h>

#include "sshconfig.h"

/*
 * Runs ARGV (COMMAND, which is ssh, with its options, -G and the host) and takes what it prints.  A keyword that
 * holdfast does not know is handed to ssh if its value is not that ssh's default, which a second run tells.  0,
 * and WHY (CAP bytes) has its warnings, each a line, "" for none; -ENOENT: there is no such program; else a negative
 * errno, and WHY has its last complaint.
 */
int sshconfig_evaluate(struct sshconfig *c, char *const *command, char *const *argv, char *why, size_t cap);

#endif
