/* SPDX-License-Identifier: MIT */
/*
 * ptsorder: which terminal who(1) shows for a login, where it asks logind and not utmp.
 *
 * logind does not know the terminal of a login by ssh.  who(1) of coreutils from 9.4 on guesses it: of the terminals of
 * the user that were made or changed (st_ctime) in the five seconds after the login began, the earliest.  That is the
 * one that sshd made; while a session is attached it should be the session's, in which the user is.  So the leader
 * changes the two, in this order, without changing anything but the time.
 */
#ifndef HOLDFAST_PTSORDER_H
#define HOLDFAST_PTSORDER_H

#include <sys/types.h>

/*
 * TTY and OTHER are names of terminals of OWNER's.  who(1) takes TTY for the terminal of the login in OTHER from now on,
 * if that began a moment ago; with OTHER NULL, of a login that has no terminal.  Nothing happens with terminals of other
 * users.  Takes some milliseconds at most.
 */
void ptsorder_first(const char *tty, const char *other, uid_t owner);
/* who(1) takes TTY for no login's terminal any more that has another. */
void ptsorder_last(const char *tty, uid_t owner);

#endif
