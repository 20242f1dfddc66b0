/* SPDX-License-Identifier: MIT */
/*
 * unasked: logins whose shell sshd has started on a terminal, and that have never asked for a session nor said why not:
 * their shell has no hook, or holdfastd was not running.  Commands, sftp and logins without a terminal never ask, and
 * are no such logins.
 */
#ifndef HOLDFAST_UNASKED_H
#define HOLDFAST_UNASKED_H

#include <stdint.h>

#include "record.h"

/*
 * The record NAME in DIR (logins) is R, whose sshd lives.  Writes the event "aside", once a login, if it is one of
 * these. This process is a child of holdfastd, which, unless STOPPED is 0, an administrator has stopped before, at that
 * time (endsweep.h).  Earlier logins were for that holdfastd, which may have been of a version that did not mark those
 * who had asked.
 */
void unasked_look(int dir, const char *name, const struct record *r, uint64_t stopped);

#endif
