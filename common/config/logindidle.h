/* SPDX-License-Identifier: MIT */
/*
 * logindidle: after how long without input logind ends a session that has a terminal (logind.conf(5)).
 *
 * logind looks at the terminal's atime, the time of the last read of input, when StopIdleSessionSec have passed since
 * the one that it saw last.  It ends the session if by then the session is idle for IdleActionSec (30 minutes, whatever
 * IdleAction is) or StopIdleSessionSec, the shorter of the two.
 */
#ifndef HOLDFAST_LOGINDIDLE_H
#define HOLDFAST_LOGINDIDLE_H

#include <stdint.h>

#define LOGINDIDLE_NEVER UINT32_MAX

/* 0 with that time in *SECONDS, at least 1, or LOGINDIDLE_NEVER; or -EACCES: cannot read a file that may set it. */
int logindidle_get(uint32_t *seconds);

#endif
