/* SPDX-License-Identifier: MIT */
/* unseentake: makes events "aside" of logins that holdfastd has not seen (unseen.h). */
#ifndef HOLDFAST_UNSEENTAKE_H
#define HOLDFAST_UNSEENTAKE_H

#include <stdint.h>
#include <sys/types.h>

/*
 * For a sweeper, a child of holdfastd: takes all files of unseen.h in DIR, PATH_LOGINS.  STOPPED: when an administrator
 * had stopped the holdfastd before this one, in clock ticks, 0: not (endsweep.h).  A login that has begun before that was
 * for that holdfastd to see, and one that has left its file since this one runs for this one: neither is an event.
 */
void unseentake_all(int dir, uint64_t stopped);
/*
 * The same for NAME in DIR, the record of a login that has ended without taking that back, which goes: its sshd was
 * killed.
 */
void unseentake_dead(int dir, const char *name, uint64_t stopped);
/*
 * For a helper: stores those of UID that the kill switch has left, as far as sshd called the user by the name that the
 * user database has for UID; a sweeper takes the others.
 */
void unseentake_off(uid_t uid);

#endif
