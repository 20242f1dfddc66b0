/* SPDX-License-Identifier: MIT */
/*
 * unasked: logins whose shell sshd has started on a terminal, and that have never asked for a session nor said why not:
 * their shell has no hook, or holdfastd was not running.  Commands, sftp and logins without a terminal never ask, and
 * are no such logins.
 */
#ifndef HOLDFAST_UNASKED_H
#define HOLDFAST_UNASKED_H

#include <stdbool.h>

#include "record.h"

/*
 * The record NAME in DIR (logins) is R, whose sshd lives.  Writes the event "aside", once a login, if it is one of
 * these. This process is a child of holdfastd, which, if STOPPED, an administrator has stopped before.
 */
void unasked_look(int dir, const char *name, const struct record *r, bool stopped);

#endif
