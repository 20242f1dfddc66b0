/* SPDX-License-Identifier: MIT */
/*
 * leaders: the register of living leaders, an empty file "<uid>-<pid>-<start>" each in PATH_LEADERS, which only
 * root can write.  MaxSessions is counted here and not in places that belong to users.
 */
#ifndef HOLDFAST_LEADERS_H
#define HOLDFAST_LEADERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LEADERS_NAME 64

struct leaders_entry {
	char name[LEADERS_NAME]; /* "" while there is none */
};

/*
 * Enters this process as a leader for UID.  Two that come at the same moment may both be refused, never both
 * admitted.  0; -EDQUOT when UID has MAX already, -EUSERS when all have TOTAL; another negative errno.  Without
 * success there is no entry.
 */
int leaders_enter(uid_t uid, uint32_t max, uint32_t total, struct leaders_entry *e);
/* How many living leaders UID has, this process included once it has entered, and in *ALL how many there are. */
int leaders_count(uid_t uid, uint32_t *all);
/* Removes the entry; takes one that isn't there. */
void leaders_leave(struct leaders_entry *e);
/* Removes the entries of processes that are gone. */
void leaders_sweep(void);
/* Reads NAME: 0, or -EBADMSG when it isn't exactly of that form. */
int leaders_parse(const char *name, uid_t *uid, pid_t *pid, uint64_t *start);

#endif
