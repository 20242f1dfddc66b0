/* SPDX-License-Identifier: MIT */
/*
 * register: the register of the sessions that are held (leaderreg.h), in PATH_LEADERS, which only root can write.
 * MaxSessions is counted here.  A session counts while its leader or its keeper lives, and until its shell has ended.
 *
 * Sessions that have ended and are kept for a client that is away, or for processes that follow their output, do not
 * count: a client that was killed or a pager that nobody looks at must not keep its user from starting another.  They have a limit of their own: whoever starts a session while there are more than
 * REGISTER_KEPT_MAX of them makes the oldest end.  What has ended counts as running from REGISTER_ENDED_MAX on, which
 * only keepers reach that do not obey.
 */
#ifndef HOLDFAST_REGISTER_H
#define HOLDFAST_REGISTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "leaderreg.h"

#define REGISTER_KEPT_MAX 20u
#define REGISTER_ENDED_MAX 80u

struct register_entry {
	char name[LEADERREG_NAME]; /* "": no entry */
	struct leaderreg what;
};

/*
 * Enters this process as a leader for UID.  Of two simultaneous calls both may be refused, but never both admitted. 0;
 * -EDQUOT: UID already has MAX; -EUSERS: all users together have TOTAL; another negative errno.  After an error there
 * is no entry.
 */
int register_enter(uid_t uid, uint32_t max, uint32_t total, struct register_entry *e);
/* Writes the session, E->what, into the entry, which is made anew if it was removed: 0 or a negative errno. */
int register_note(const struct register_entry *e);
/* Removes the entry; a missing one is no error. */
void register_leave(struct register_entry *e);
/* Removes the entries of ended sessions. */
void register_sweep(void);
/* The entries of other sessions, in *V (the caller frees it) and *COUNT: 0 or a negative errno. */
int register_living(struct leaderreg **v, size_t *count);

#endif
