/* SPDX-License-Identifier: MIT */
/*
 * utmprec: the session's line in utmp(5) and wtmp, for those attached without a terminal of sshd's own.
 *
 * A login with a terminal is in utmp already: sshd writes an entry for the terminal that it has made, with the right
 * host, and takes it out when that login ends.  So who(1) shows one entry a person with no help from us, and none for
 * a dropped session.  Only a client that is attached by pipes has none; for it the session's own terminal is entered.
 */
#ifndef HOLDFAST_UTMPREC_H
#define HOLDFAST_UTMPREC_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * TTY is "/dev/pts/N", or "" for none.  Enters USER from HOST (a numeric address), in the place of an entry that is
 * there: whether it did.  It does not while somebody has locked utmp, and when TTY is no file of OWNER's: a keeper
 * can have closed the terminal and go on talking, and the next one of that number is another user's.
 */
bool utmprec_login(const char *tty, uid_t owner, pid_t pid, const char *user, const char *host);
/* Takes it out; nothing happens when there is none, or one that is not PID's.  False: it could not be done now. */
bool utmprec_logout(const char *tty, pid_t pid);

#endif
