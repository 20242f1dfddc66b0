/* SPDX-License-Identifier: MIT */
/*
 * unseen: logins that holdfastd has not seen.  pam_holdfast leaves their records (record.h) in PATH_LOGINS under other
 * names than tickets, for holdfastd to make events "aside" of:
 *
 *   .off.<user>.<n>    the kill switch was on; of the record only user, pid and address are known, its start is 1
 *   .away.<user>.<n>   the login has ended without having asked, and holdfastd was not running then
 *
 * <user> is a number made from the user's name, and <n> one of UNSEEN_EACH places: however many logins there are, these
 * are UNSEEN_USERS times UNSEEN_EACH files at most, and a user's logins push no other user's out, unless the two have
 * the same number.
 */
#ifndef HOLDFAST_UNSEEN_H
#define HOLDFAST_UNSEEN_H

#define UNSEEN_USERS 512u
#define UNSEEN_EACH 8u
#define UNSEEN_NAME 24

enum unseen { UNSEEN_NONE, UNSEEN_OFF, UNSEEN_AWAY };

/* The name of USER's place N, less than UNSEEN_EACH. */
void unseen_name(enum unseen kind, const char *user, unsigned n, char out[UNSEEN_NAME]);
/* What the file NAME is, by its beginning. */
enum unseen unseen_kind(const char *name);

#endif
