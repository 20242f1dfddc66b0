/* SPDX-License-Identifier: MIT */
/* clean: what a child must not inherit from the process before it. */
#ifndef HOLDFAST_CLEAN_H
#define HOLDFAST_CLEAN_H

#include <stddef.h>

/*
 * Closes all descriptors but 0 to 2 and the COUNT ones in KEEP (negative ones count as none), also that of
 * syslog(3), which opens itself anew; otherwise it would take whatever gets its number for a log.  0 or a negative
 * errno.
 */
int clean_descriptors(const int *keep, size_t count);
/*
 * Empties the inheritable and the ambient capability sets (capabilities(7)): who is to have any, pam_cap gives them.
 * 0 or a negative errno.
 */
int clean_capabilities(void);
/*
 * Lifts RLIMIT_FSIZE, if we may: a user's limit, which PAM has set for his session, is not for what root writes, and
 * would end us at the first entry in a wtmp that is larger.
 */
void clean_file_size(void);
/*
 * Writes SCORE to our oom_score_adj; where that is not allowed (it needs CAP_SYS_RESOURCE to be lower than it has ever
 * been), INSTEAD.
 */
void clean_oom_score(int score, int instead);
/* What it is now; 0 when that can't be read. */
int clean_oom_score_now(void);

#endif
