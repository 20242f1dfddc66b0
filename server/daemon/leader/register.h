/* SPDX-License-Identifier: MIT */
/*
 * register: the register of the sessions that are held (leaderreg.h), in PATH_LEADERS, which only root can write.
 * MaxSessions is counted here.  A session counts while its leader or its keeper lives.
 */
#ifndef HOLDFAST_REGISTER_H
#define HOLDFAST_REGISTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "leaderreg.h"

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
