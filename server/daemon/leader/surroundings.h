/* SPDX-License-Identifier: MIT */
/*
 * surroundings: what a process gets from the one that forked it, and no PAM module gives: resource limits, umask,
 * scheduling (policy, nice, CPUs, I/O priority, timer slack), the OOM score, the core dump filter and the personality.
 * A login shell has those of its login's sshd, which has them from its unit or from whoever has started it.
 */
#ifndef HOLDFAST_SURROUNDINGS_H
#define HOLDFAST_SURROUNDINGS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Takes over those of PID, the process that was started at START, for ourselves and whatever we fork; needs root.  0, or
 * a negative errno when the limits can't be had (-ESRCH: that process is gone).  A limit that we may not raise stays as
 * far up as it is, and of the rest what can't be read or set stays as it is.
 */
int surroundings_take(pid_t pid, uint64_t start);

#endif
