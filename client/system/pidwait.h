/* SPDX-License-Identifier: MIT */
/* pidwait: waits for the end of a child, but not long.  pidwait_linux.c: pidfd_open(2); pidwait_posix.c looks often. */
#ifndef HOLDFAST_PIDWAIT_H
#define HOLDFAST_PIDWAIT_H

#include <sys/types.h>

/* Until the child PID has ended, MS milliseconds at most.  It is not reaped. */
void pidwait(pid_t pid, int ms);

#endif
