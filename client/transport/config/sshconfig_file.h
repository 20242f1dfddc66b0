/* SPDX-License-Identifier: MIT */
/*
 * sshconfig_file: reads the files of ssh_config(5), for a laptop without an ssh(1) that could be asked (`ssh -G`).
 *
 * It reads Host; Match with all, host, originalhost, user, localuser, tagged, final and canonical; Include; Tag;
 * IgnoreUnknown; and all that sshconfig_line takes.  The first value of a keyword holds.  A file that asks for more
 * (Match exec, CanonicalizeHostname, …) is refused by file and line: to pass over a line would mean another host or
 * another policy than the person has written down.
 */
#ifndef HOLDFAST_SSHCONFIG_FILE_H
#define HOLDFAST_SSHCONFIG_FILE_H

#include <stddef.h>

#include "sshconfig.h"

/*
 * OPTIONS (words of -o; NULL: none) first, then FILE ("none": no file), or if FILE is NULL ~/.ssh/config and the
 * system's file.  C has its host, and what the destination says of user and port; the defaults of ssh come last.
 * 0, -ENOMEM, or -EINVAL: WHY (CAP bytes) is one line.
 */
int sshconfig_file(struct sshconfig *c, const char *file, char *const *options, char *why, size_t cap);

#endif
