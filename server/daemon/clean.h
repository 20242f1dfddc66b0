/* SPDX-License-Identifier: MIT */
/* clean: what a child must not inherit from the process before it. */
#ifndef HOLDFAST_CLEAN_H
#define HOLDFAST_CLEAN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All signals get their default disposition and none is blocked. */
void clean_signals(void);
/*
 * Closes all descriptors but 0 to 2 and the COUNT ones in KEEP (negative ones count as none), also that of
 * syslog(3), which opens itself anew; otherwise it would take whatever gets its number for a log.  0 or a negative
 * errno.
 */
int clean_descriptors(const int *keep, size_t count);
/*
 * Copies the resource limits of PID, the process that was started at START, as far as we may raise ours: 0 or a
 * negative errno.
 */
int clean_limits(pid_t pid, uint64_t start);
/*
 * Empties the inheritable and the ambient capability sets (capabilities(7)): who is to have any, pam_cap gives them.
 * 0 or a negative errno.
 */
int clean_capabilities(void);
/* Writes SCORE to our oom_score_adj; it may not be allowed, and then stays what it was. */
void clean_oom_score(int score);

#endif
