/* SPDX-License-Identifier: MIT */
/* sshconfig_run: where the configuration comes from: `ssh -G`, or libssh's parser. */
#ifndef HOLDFAST_SSHCONFIG_RUN_H
#define HOLDFAST_SSHCONFIG_RUN_H

#include <stddef.h>

#include "sshconfig.h"

/*
 * Runs ARGV (ssh with its options, -G and the host) and takes what it prints.  0; -ENOENT: there is no such
 * program; else a negative errno, and WHY (CAP bytes) has its last complaint.
 */
int sshconfig_evaluate(struct sshconfig *c, char *const *argv, char *why, size_t cap);

/*
 * The same without an ssh, by libssh: FILE, or the usual files if NULL.  OPTIONS are -o words ("Keyword=value" or
 * "Keyword value"), which count first.
 */
int sshconfig_library(struct sshconfig *c, const char *file, char *const *options, char *why, size_t cap);

#endif
