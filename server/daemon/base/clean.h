/* SPDX-License-Identifier: MIT */
/* clean: removes state that a child must not inherit. */
#ifndef HOLDFAST_CLEAN_H
#define HOLDFAST_CLEAN_H

#include <stddef.h>

/*
 * Closes all descriptors but 0 to 2 and the COUNT ones in KEEP (ignores negative ones), including syslog(3)'s, which
 * reopens itself; otherwise syslog(3) would write to any later descriptor of that number.  0 or a negative errno.
 */
int clean_descriptors(const int *keep, size_t count);
/*
 * Empties the inheritable and the ambient capability sets (capabilities(7)), which holdfastd has from its starter; what
 * the login's sshd has (surroundings.h) and pam_cap gives comes afterwards.  0 or a negative errno.
 */
int clean_capabilities(void);
/*
 * Lifts RLIMIT_FSIZE, if permitted: PAM has set it for the user's session, and it would kill this root process when it
 * writes to a larger wtmp.
 */
void clean_file_size(void);
/*
 * Writes SCORE to this process' oom_score_adj, or INSTEAD if that is not permitted (a new minimum needs
 * CAP_SYS_RESOURCE).
 */
void clean_oom_score(int score, int instead);
/* The present value; 0 if unknown. */
int clean_oom_score_now(void);

#endif
