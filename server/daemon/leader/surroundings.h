/* SPDX-License-Identifier: MIT */
/*
 * surroundings: attributes that a process inherits from its parent and that no PAM module sets: resource limits, umask,
 * scheduling (policy, nice, CPUs, I/O priority, timer slack), the inheritable capabilities, the OOM score, the core dump
 * filter and the personality.  A login shell inherits them from its login's sshd, which has them from its unit or its
 * starter; systemd-nspawn's containers have inheritable capabilities, and from systemd 257 on their services too.
 */
#ifndef HOLDFAST_SURROUNDINGS_H
#define HOLDFAST_SURROUNDINGS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Copies the attributes of PID, the process that was started at START, to this process and so to its children; needs
 * root. 0, or a negative errno: cannot read the limits (-ESRCH: that process has ended).  A limit that this process
 * may not raise stays as high as possible; other attributes that cannot be read or set stay unchanged.
 */
int surroundings_take(pid_t pid, uint64_t start);

#endif
