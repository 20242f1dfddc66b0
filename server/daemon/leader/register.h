/* SPDX-License-Identifier: MIT */
/*
 * register: the register of the sessions that are held (leadreg.h), in PATH_LEADERS, which only root can write.
 * MaxSessions is counted here.  A session counts while its leader or its keeper lives.
 */
#ifndef HOLDFAST_REGISTER_H
#define HOLDFAST_REGISTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "leadreg.h"

struct register_entry {
	char name[LEADREG_NAME]; /* "" while there is none */
	struct leadreg what;
};

/*
 * Enters this process as a leader for UID.  Two that come at the same moment may both be refused, never both
 * admitted.  0; -EDQUOT when UID has MAX already, -EUSERS when all have TOTAL; another negative errno.  Without
 * success there is no entry.
 */
int register_enter(uid_t uid, uint32_t max, uint32_t total, struct register_entry *e);
/* Writes down the session, in E->what, or the whole entry anew if it has been removed: 0 or a negative errno. */
int register_note(const struct register_entry *e);
/* Removes the entry; takes one that isn't there. */
void register_leave(struct register_entry *e);
/* Removes the entries of sessions that are over. */
void register_sweep(void);
/* Those that are not, in *V (the caller frees it) and *COUNT: 0 or a negative errno. */
int register_living(struct leadreg **v, size_t *count);

#endif
